/**
 * Serving knobs of a level as options of the engine.
 * @module
 */
import { createMemoryColdStore, type Checkpoint, type EngineOptions } from '../../../engine/index.ts';
import type { KnobName, LevelJob, ServingKnobs } from '../../schema/index.ts';
import { seededOrders } from './seeded-orders.ts';

/** Enough for every page that a unit can spill. */
export const COLD_BYTES = 256 * 1024 * 1024;
/** Two saved states of v4-tiny in float32, or some pages: everything passes through, little stays. */
const TIGHT_WARM_BYTES = 1024 * 1024;
/** Rows that a table on the host keeps near: few, so that rows are fetched again. */
const HOST_CACHE_ROWS = 8;

/** The knobs that a level can set with this checkpoint. */
export function knobsFor({ config }: Pick<Checkpoint, 'config'>): KnobName[] {
  return [
    'adapter',
    'arrival',
    'cacheSalt',
    'chunkSize',
    'coldTier',
    'copyDelaySteps',
    ...(config.mtpLayers > 0 ? (['draftTokens'] as const) : []),
    'engineInstance',
    'hotTokens',
    'maxBatch',
    ...(config.memory === null ? [] : (['memory', 'memoryPrefetch'] as const)),
    'preemption',
    'prefillEvaluation',
    'promptForm',
    'promptTruncation',
    'prefixCache',
    'scheduleSeed',
    'stream',
    'warmTier',
    'windowPolicy',
  ];
}

/** The knobs of a job; salts mean nothing without shared prefixes. */
export function knobsOfJob({ knobs = {}, waves }: Pick<LevelJob, 'knobs' | 'waves'>): ServingKnobs {
  const salted = waves.flat().some(({ cacheSalt }) => cacheSalt !== undefined);
  return salted ? { prefixCache: true, ...knobs } : knobs;
}

/** Equal for equal knobs, whatever the order of their keys. */
export function knobsKey(knobs: ServingKnobs): string {
  return JSON.stringify(Object.entries(knobs).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * @param pageTokens - of the engine's cache; asked only where a capacity is set
 * @param tightWarmBytes - what `tight` means for a smaller model
 */
export function engineOptionsOf(
  knobs: ServingKnobs,
  pageTokens: () => number,
  tightWarmBytes = TIGHT_WARM_BYTES,
): EngineOptions {
  const { maxBatch, chunkSize, prefixCache, hotTokens, warmTier, coldTier, windowPolicy, draftTokens } = knobs;
  const { preemption, copyDelaySteps, scheduleSeed } = knobs;
  return {
    ...(maxBatch === undefined ? {} : { maxBatch }),
    ...(chunkSize === undefined ? {} : { chunkSize }),
    ...(prefixCache === undefined ? {} : { prefixCache }),
    ...(hotTokens === undefined ? {} : { hotPages: Math.ceil(hotTokens / pageTokens()) }),
    ...(warmTier === 'tight' ? { warmBytes: tightWarmBytes } : {}),
    // a store on disk is opened by the level: run-level.ts
    ...(coldTier === undefined || coldTier === 'none' || coldTier === 'kept' || coldTier === 'files'
      ? {}
      : { coldStore: () => createMemoryColdStore(COLD_BYTES), coldCodec: coldTier }),
    ...(windowPolicy === undefined ? {} : { windowPolicy: { kind: windowPolicy } }),
    ...(draftTokens === undefined ? {} : { draftTokens }),
    ...(preemption === undefined ? {} : { preemption }),
    ...(copyDelaySteps === undefined ? {} : { copyDelaySteps }),
    ...(scheduleSeed === undefined ? {} : { parts: seededOrders(scheduleSeed, copyDelaySteps ?? 0) }),
    ...memoryOptions(knobs),
  };
}

function memoryOptions({ memory, memoryPrefetch }: ServingKnobs): Pick<EngineOptions, 'memory'> {
  const prefetch =
    memoryPrefetch === undefined ? {} : { prefetch: memoryPrefetch ? ('on' as const) : ('off' as const) };
  if (memory === undefined) return memoryPrefetch === undefined ? {} : { memory: prefetch };
  switch (memory) {
    case 'off':
      return { memory: { enabled: false } };
    case 'resident':
      return { memory: { enabled: true, placement: { kind: 'resident' }, ...prefetch } };
    case 'host':
      return { memory: { enabled: true, placement: { kind: 'host', cacheRows: HOST_CACHE_ROWS }, ...prefetch } };
  }
}
