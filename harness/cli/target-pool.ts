/**
 * Targets that differ in a few settings, opened when they are first asked and closed when others are needed. Those of the embedded engine
 * have one checkpoint.
 * @module
 */
import { canonicalJson } from '../plan/index.ts';
import type { Target } from '../schema/index.ts';
import { createReferenceEngineFamily, type EngineFamily, type ReferenceEngineOptions } from '../targets/index.ts';
import { referenceEngineOptions } from './create-target.ts';
import { openTarget, partsModuleOf, type OwnTarget } from './recorded-run.ts';

/** Each may hold a model. */
const OPEN_MAX = 3;

export interface TargetPool {
  get(own: OwnTarget): Promise<Target>;
  /** The engine of such a target with a listener; null where the target shows nothing of its inside. */
  tracer(own: OwnTarget): Promise<Awaited<ReturnType<EngineFamily['tracer']>> | null>;
  close(): Promise<void>;
}

export function createTargetPool(): TargetPool {
  const open = new Map<string, Target>();
  let family: Promise<EngineFamily> | null = null;
  const familyOf = (): Promise<EngineFamily> => (family ??= createReferenceEngineFamily());
  const opened = async (own: OwnTarget): Promise<Target> => {
    const options = engineOptionsOf(own);
    return options === null ? openTarget(own) : (await familyOf()).target(options);
  };
  return {
    async get(own) {
      const key = canonicalJson(own.config);
      const target = open.get(key) ?? (await opened(own));
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
    async tracer(own) {
      const options = engineOptionsOf(own);
      return options === null ? null : (await familyOf()).tracer(options);
    },
    async close() {
      for (const target of open.values()) await target.close();
      open.clear();
    },
  };
}

function engineOptionsOf({ config, directory }: OwnTarget): ReferenceEngineOptions | null {
  return config.kind === 'reference-engine' ? referenceEngineOptions(config, directory, partsModuleOf(config)) : null;
}
