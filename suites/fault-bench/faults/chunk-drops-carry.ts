/**
 * F6: the uncompressed tail of a compressor is emptied when a later chunk of a prompt begins.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'chunk-drops-carry';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  tailCarry(state, { start, decode }) {
    if (start === 0 || decode) return;
    activation.hit();
    state.values.fill(0);
    state.scores.fill(Number.NEGATIVE_INFINITY);
  },
};
