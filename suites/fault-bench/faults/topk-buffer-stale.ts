/**
 * L11: the buffer of selected entries is not cleared; its last place keeps what the row before had selected.
 * @module
 */
import { createSelection } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'topk-buffer-stale';
let stale: number | null = null;

export const activation = createActivation(() => {
  stale = null;
});

const right = createSelection({ tieRule: 'lower-index', seed: 0, order: 'index' });
const { samplingRows } = specifiedParts();

export const parts: Partial<EngineParts> = {
  selection: {
    ...right,
    name: 'topk-buffer-stale',
    select(scores, count, k, place) {
      const chosen = right.select(scores, count, k, place);
      const indices = chosen.indices.slice();
      const before = stale;
      stale = indices[indices.length - 1];
      if (before === null || before >= count || indices.includes(before)) return chosen;
      activation.hit();
      indices[indices.length - 1] = before;
      return { ...chosen, indices: indices.sort() };
    },
  },
  // made once per session: a server that starts has an empty buffer
  samplingRows() {
    stale = null;
    return samplingRows();
  },
};
