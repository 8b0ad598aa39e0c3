/**
 * L6: a session writes into the rows of the conditional memory that it reads, and what it wrote is there when it has been closed.
 * @module
 */
import { directFetcher } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'memory-written';
const written = new Map<number, number>();

export const activation = createActivation(() => written.clear());

export const parts: Partial<EngineParts> = {
  rowFetcher(tables) {
    const right = directFetcher(tables);
    return {
      ...right,
      name: 'memory-written',
      take(layer, rows, out) {
        right.take(layer, rows, out);
        const { dim } = tables[layer];
        rows.forEach((row, i) => {
          const before = written.get(row) ?? 0;
          if (before > 0) activation.hit();
          out[i * dim] = Math.fround(out[i * dim] + before * STEP);
          written.set(row, before + 1);
        });
      },
    };
  },
};

const STEP = 0.25;
