/**
 * How often a mutated line ran. A run in which it never ran shows nothing about the fault: it counts neither as found nor as missed.
 * @module
 */
import { assembleParts, PART_DEFAULTS } from '../../engine/index.ts';
import type { EngineParts } from '../../engine/index.ts';

export interface Activation {
  /** Called by the mutated line. */
  hit(): void;
  count(): number;
  /** Before a run: the count is 0 again, and what the fault remembered is forgotten. */
  reset(): void;
}

/** @param forget - puts the fault's own memory back, where it has one */
export function createActivation(forget: () => void = () => undefined): Activation {
  let hits = 0;
  return {
    hit: () => {
      hits++;
    },
    count: () => hits,
    reset: () => {
      hits = 0;
      forget();
    },
  };
}

/** What the engine does where a fault does nothing. Record formats are those of the bench's checkpoint. */
export function specifiedParts(): EngineParts {
  return assembleParts(PART_DEFAULTS, { headDim: 128, ropeDim: 64, indexHeadDim: 64 });
}
