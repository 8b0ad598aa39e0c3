import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createStateBlock, resetState } from '../../../engine/cache/state-block.ts';
import { createPageLayout } from '../../../engine/cache/page-layout.ts';
import { PagePool } from '../../../engine/cache/page-pool.ts';
import { StatePool } from '../../../engine/cache/state-pool.ts';
import { chooseRecords } from '../../../engine/formats/index.ts';

const records = chooseRecords('f32', { headDim: 4, ropeDim: 2, indexHeadDim: 4 });

it('used and free slots add up, the lowest free slot goes first, and a block is reset exactly when it is used again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(6)), (capacity, actions) => {
      let resets = 0;
      const pages = new PagePool(createPageLayout([], records, 1), 1, false);
      const pool = new StatePool(
        capacity,
        () => createStateBlock({ layers: [], createMemory: null }, pages),
        (block) => {
          resets++;
          resetState(block);
        },
      );
      const used = new Set<number>();
      const everUsed = new Set<number>();
      for (const action of actions) {
        if (action === 6) {
          const acquired = pool.acquire();
          const lowest = Array.from({ length: capacity }, (_, i) => i).find((i) => !used.has(i));
          expect(acquired?.slot).toBe(lowest);
          if (acquired === null) continue;
          expect(acquired.reused).toBe(everUsed.has(acquired.slot));
          const before = resets - (acquired.reused ? 1 : 0);
          expect(before).toBeGreaterThanOrEqual(0);
          used.add(acquired.slot);
          everUsed.add(acquired.slot);
        } else if (used.has(action)) {
          pool.release(action);
          used.delete(action);
        } else expect(() => pool.release(action)).toThrow(RangeError);
        expect(pool.free).toBe(capacity - used.size);
      }
    }),
  );
});
