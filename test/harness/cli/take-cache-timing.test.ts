import { describe, expect, it } from 'vitest';
import { buildCheckpoint, type EngineParts } from '../../../engine/index.ts';
import { takeCacheTiming } from '../../../harness/cli/take-cache-timing.ts';
import type { CacheTimingFindings } from '../../../harness/schema/index.ts';
import { cacheTimingSettings } from '../../../harness/schema/index.ts';
import { createPartsTarget } from '../../../harness/targets/reference-engine/parts-target.ts';
import { cacheTimingFindings } from '../../../suites/cache-timing/index.ts';
import { parts as sharedInTiming } from '../../../suites/fault-bench/faults/shared-in-timing.ts';

const checkpoint = buildCheckpoint({ preset: 'v4-micro', seed: 'timing' });

/** An audit by places on an engine of these parts. The clock counts its looks: a step of the engine takes no time, only an order. */
async function audited(parts: Partial<EngineParts>): Promise<CacheTimingFindings> {
  let looks = 0;
  const clock = { nowMs: () => ++looks, sleep: () => Promise.resolve() };
  const target = createPartsTarget({
    id: 'parts',
    checkpoint,
    engine: { prefixCache: true, parts, pageTokens: 32, chunkSize: 32 },
    clock,
  });
  const taken = await takeCacheTiming({
    settings: cacheTimingSettings.parse({ perArm: 6, promptLength: 128, dummies: 3 }),
    timer: target.timer!,
    target,
    description: await target.describe(),
    seed: 'places',
    clock,
    signal: new AbortController().signal,
  });
  return cacheTimingFindings(taken!);
}

const medians = (found: CacheTimingFindings): (number | null | undefined)[][] =>
  found.kind === 'timed' ? found.rows.map(({ hits, misses }) => [hits.places?.median, misses.places?.median]) : [];

describe('an audit by places on the engine', () => {
  it('finds the owner first, and nobody else', async () => {
    const [[ownHit, ownMiss], [otherHit, otherMiss]] = medians(await audited({}));
    expect(ownHit).toBe(1);
    expect(ownMiss).toBeGreaterThan(1.5);
    expect(otherHit).toBe(otherMiss);
  });

  it('finds another salt first where prefixes are shared and nobody is told', async () => {
    const found = await audited(sharedInTiming);
    const [, [otherHit, otherMiss]] = medians(found);
    expect(otherHit).toBe(1);
    expect(otherMiss).toBeGreaterThan(1.5);
    expect(found).toMatchObject({ dummies: 3, rows: [{}, { level: 'other-salt', hits: { toldCached: 0 } }] });
  });
});
