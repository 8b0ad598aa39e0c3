/**
 * F26: the gate of the conditional memory is divided by the number of rows in the step.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'engram-gate-per-batch';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  memoryGate(dot, { rows }) {
    if (rows > 1) activation.hit();
    // rational stand-in of the sigmoid, made smaller by the batch
    const gate = dot / (1 + Math.abs(dot));
    return Math.fround((0.5 + gate / 2) / Math.sqrt(rows));
  },
};
