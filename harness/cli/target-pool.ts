/**
 * Targets that differ in a few settings, opened when they are first asked and closed when others are needed.
 * @module
 */
import { canonicalJson } from '../plan/index.ts';
import type { Target } from '../schema/index.ts';
import { openTarget, type OwnTarget } from './recorded-run.ts';

/** Each holds a model. */
const OPEN_MAX = 3;

export interface TargetPool {
  get(own: OwnTarget): Promise<Target>;
  close(): Promise<void>;
}

export function createTargetPool(): TargetPool {
  const open = new Map<string, Target>();
  return {
    async get(own) {
      const key = canonicalJson(own.config);
      const target = open.get(key) ?? (await openTarget(own));
      // the last place is that of the latest use
      open.delete(key);
      open.set(key, target);
      for (const [oldest, other] of open) {
        if (open.size <= OPEN_MAX) break;
        open.delete(oldest);
        await other.close();
      }
      return target;
    },
    async close() {
      for (const target of open.values()) await target.close();
      open.clear();
    },
  };
}
