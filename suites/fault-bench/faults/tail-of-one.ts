/**
 * F11: the path for a single remaining token of a prompt leaves out the norm.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'tail-of-one';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  inputNorm(x, weight, shape, { count, decode }, kernels) {
    if (count === 1 && !decode) activation.hit();
    else kernels.rmsNorm(x, weight, x, shape);
  },
};
