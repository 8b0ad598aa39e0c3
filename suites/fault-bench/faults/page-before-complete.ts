/**
 * F13: a page is given to the prefix cache before the last writes to it have happened.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'page-before-complete';
export const activation = createActivation();


export const parts: Partial<EngineParts> = {
  pageReady(tokens, pageTokens) {
    if (tokens > 0 && tokens < pageTokens) activation.hit();
    return tokens > 0;
  },
};
