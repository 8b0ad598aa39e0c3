/**
 * F13: a copy between tiers is taken before the writes to its page have ended, when another copy is under way: the second half of the
 * page is not there yet. Which copies overlap is decided by the schedule.
 * @module
 */
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'copy-before-write';

let underWay = 0;

export const activation = createActivation(() => {
  underWay = 0;
});

export const parts: Partial<EngineParts> = {
  tierTransport: {
    name: 'copy-before-write',
    begin({ copy, label, read, finish }, scheduler) {
      underWay++;
      const early = underWay > 1;
      scheduler.start({ copy, phase: 'read', label }, () => {
        const staged = read()?.slice() ?? null;
        if (early && staged !== null) {
          activation.hit();
          staged.fill(0, staged.length / 2);
        }
        scheduler.start({ copy, phase: 'write', label }, () => {
          underWay--;
          finish(staged);
        });
      });
    },
  },
};
