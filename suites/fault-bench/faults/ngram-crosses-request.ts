/**
 * F24: the look-back of the conditional memory goes on before the start of a request, into what was looked up last.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'ngram-crosses-request';

/** Newest first. */
let before: number[] = [];

export const activation = createActivation(() => {
  before = [];
});

const { samplingRows } = specifiedParts();

export const parts: Partial<EngineParts> = {
  ngramHistory(ids, t, window, padId) {
    for (let k = 0; k < window.length; k++) {
      const other = before[k - t - 1];
      if (t < k && other !== undefined) activation.hit();
      window[k] = t >= k ? ids[t - k] : (other ?? padId);
    }
    before = [...window];
  },
  // made once per session: a server that starts has looked nothing up
  samplingRows() {
    before = [];
    return samplingRows();
  },
};
