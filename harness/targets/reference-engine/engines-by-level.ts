/**
 * The engines that levels ask for, over one checkpoint: one for each precision and set of knobs, made when it is first asked for.
 * @module
 */
import { createEngine, type Checkpoint, type Engine, type EngineOptions } from '../../../engine/index.ts';
import type { LevelJob } from '../../schema/index.ts';
import { engineOptionsOf, knobsKey } from './knobs.ts';

export type EngineFor = (level: Pick<LevelJob, 'precision' | 'knobs'>) => Engine;

/**
 * @param options - of every engine; what a level sets is laid over them, except parts: what is exchanged stays exchanged
 * @param tightWarmBytes - room on the host where a level wants little of it; nothing = that of a run
 */
export function enginesByLevel(checkpoint: Checkpoint, options: EngineOptions, tightWarmBytes?: number): EngineFor {
  const engines = new Map<string, Engine>();
  const engineFor: EngineFor = ({ precision, knobs = {} }) => {
    const key = `${precision} ${knobsKey(knobs)}`;
    let engine = engines.get(key);
    if (engine === undefined) {
      const own = engineOptionsOf(knobs, pageTokens, tightWarmBytes);
      engine = createEngine(checkpoint, {
        ...options,
        ...(precision === 'target-default' ? {} : { precision }),
        ...own,
        parts: { ...own.parts, ...options.parts },
      });
      engines.set(key, engine);
    }
    return engine;
  };
  const pageTokens = (): number => {
    if (typeof options.pageTokens === 'number') return options.pageTokens;
    const session = engineFor({ precision: 'target-default' }).openSession();
    session.close();
    return session.cache.pageTokens;
  };
  return engineFor;
}
