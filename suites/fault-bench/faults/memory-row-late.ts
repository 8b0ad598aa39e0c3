/**
 * F25: a row of the memory that comes from the host a moment too late is replaced by the row before it.
 * @module
 */
import { directFetcher } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'memory-row-late';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  rowFetcher(tables) {
    const right = directFetcher(tables);
    if (tables[0].placement === 'resident') return right;
    return {
      ...right,
      name: 'memory-row-late',
      take(layer, rows, out) {
        right.take(layer, rows, out);
        const { dim } = tables[layer];
        if (rows.length < 2) return;
        activation.hit();
        const late = rows.length - 1;
        out.copyWithin(late * dim, (late - 1) * dim, late * dim);
      },
    };
  },
};
