import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVICTION_POLICIES } from '../../../engine/cache/index.ts';
import type { EvictionPolicy, TierTransport, WindowPolicyOption } from '../../../engine/cache/index.ts';
import { CacheSimulation, ChosenOrder, SIM_PAGE_BYTES, SIM_PAGE_TOKENS } from '../../support/cache-simulation.ts';
import type { SimOptions } from '../../support/cache-simulation.ts';

/** A few long prompts with common beginnings, so that prefixes are shared, extended and forked. */
const PROMPTS = [
  [1, 47],
  [1, 45],
  [2, 40],
  [1, 37],
  [2, 47],
].map(([kind, length], n) => Array.from({ length }, (_, i) => (i < 32 ? kind * 100 + i : kind * 1000 + n * 50 + i)));

type Action =
  | { readonly kind: 'admit'; readonly prompt: number; readonly tenant: number }
  | { readonly kind: 'compute' | 'poll' | 'suspend' | 'end'; readonly which: number; readonly count: number }
  | { readonly kind: 'advance'; readonly count: number }
  | { readonly kind: 'crash' };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('admit' as const),
      prompt: fc.nat(PROMPTS.length - 1),
      tenant: fc.nat(1),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'compute' as const,
        'compute' as const,
        'poll' as const,
        'suspend' as const,
        'end' as const,
      ),
      which: fc.nat(7),
      count: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('advance' as const), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
);

const windowPolicy: fc.Arbitrary<WindowPolicyOption> = fc.constantFrom(
  { kind: 'full' },
  { kind: 'periodic', everyTokens: 2 * SIM_PAGE_TOKENS },
  { kind: 'zero' },
);

const settings = fc.record({
  hotPages: fc.integer({ min: 6, max: 14 }),
  warmBytes: fc.constantFrom(0, 4 * SIM_PAGE_BYTES, 6_000, 40_000),
  coldBytes: fc.constantFrom(0, 3_000, 60_000),
  eviction: fc.constantFrom(...EVICTION_POLICIES),
  windowPolicy,
});

/** A staging buffer that all copies share: two copies on their way swap their content. */
function sharedStaging(): TierTransport {
  let staging: Uint8Array | null = null;
  return {
    name: 'shared staging',
    begin({ copy, label, read, finish }, scheduler) {
      scheduler.start({ copy, phase: 'read', label }, () => {
        const bytes = read();
        if (bytes !== null && (staging === null || staging.length !== bytes.length))
          staging = new Uint8Array(bytes.length);
        if (bytes !== null) staging?.set(bytes);
        scheduler.start({ copy, phase: 'write', label }, () => finish(bytes === null ? null : staging!.slice()));
      });
    },
  };
}

/** Evicts what somebody reads. */
const pinBlind: EvictionPolicy = {
  name: 'pin-blind',
  victim: (candidates) => [...candidates].find((c) => !c.moving) ?? null,
  mayLeave: () => true,
};

function run(
  faulty: Pick<SimOptions, 'transport' | 'policy'>,
  {
    hotPages,
    warmBytes,
    coldBytes,
    eviction,
    windowPolicy: policy,
  }: typeof settings extends fc.Arbitrary<infer T> ? T : never,
  actions: readonly Action[],
  order: readonly number[],
): { restores: number; reads: number; promotions: number; spills: number } {
  let picks = 0;
  const options: SimOptions = {
    hotPages,
    warmBytes,
    coldBytes,
    eviction,
    windowPolicy: policy,
    scheduler: new ChosenOrder((count) => order[picks++ % order.length] % count),
    ...faulty,
  };
  let sim = new CacheSimulation(options);
  const totals = { restores: 0, reads: 0, promotions: 0, spills: 0 };
  const take = (): void => {
    totals.restores += sim.restores;
    totals.reads += sim.reads;
    totals.promotions += sim.cache.counters().promotions;
    totals.spills += sim.cache.counters().spills;
  };
  for (const a of actions) {
    if (a.kind === 'admit') {
      if (sim.requests.length < 4) sim.admit(PROMPTS[a.prompt], `tenant-${a.tenant}`);
    } else if (a.kind === 'advance') for (let i = 0; i < a.count; i++) sim.advance();
    else if (a.kind === 'crash') {
      take();
      // everything in memory is gone; a fresh cache must not depend on anything before
      sim = new CacheSimulation({
        ...options,
        scheduler: new ChosenOrder((count) => order[picks++ % order.length] % count),
      });
    } else {
      const r = sim.requests[a.which % Math.max(1, sim.requests.length)];
      if (r === undefined) continue;
      if (a.kind === 'compute') sim.compute(r, a.count);
      else if (a.kind === 'poll') sim.poll(r);
      else if (a.kind === 'suspend') sim.suspend(r);
      else sim.end(r);
    }
    sim.check(options);
    for (const r of sim.requests) sim.verify(r);
  }
  // the oldest can always finish once nobody else holds pages
  const [oldest, ...others] = sim.requests;
  for (const r of others) sim.end(r);
  if (oldest !== undefined) {
    for (let round = 0; round < 400 && (oldest.state?.length ?? 0) < oldest.tokens.length; round++) {
      sim.compute(oldest, 30);
      sim.advance();
      sim.check(options);
    }
    expect(oldest.state?.length).toBe(oldest.tokens.length);
    sim.end(oldest);
  }
  while (sim.advance());
  sim.check(options);
  take();
  return totals;
}

describe('the cache against a plain model', () => {
  it('loses no page, gives none to two owners, and reads back what was written, in any order of operations and copies', () => {
    const seen = { restores: 0, reads: 0, promotions: 0, spills: 0 };
    fc.assert(
      fc.property(
        settings,
        fc.array(action, { minLength: 20, maxLength: 120, size: 'max' }),
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 20 }),
        (chosen, actions, order) => {
          const totals = run({}, chosen, actions, order);
          for (const key of Object.keys(seen) as (keyof typeof seen)[]) seen[key] += totals[key];
        },
      ),
      { numRuns: 3000 },
    );
    // the property means something only if the paths ran
    expect(seen.restores).toBeGreaterThan(200);
    expect(seen.promotions).toBeGreaterThan(200);
    expect(seen.spills).toBeGreaterThan(200);
  });

  it.each([
    ['one staging buffer for all copies', (): Pick<SimOptions, 'transport'> => ({ transport: sharedStaging() })],
    ['an eviction policy that ignores pins', (): Pick<SimOptions, 'policy'> => ({ policy: pinBlind })],
  ])('finds %s', (_name, fault) => {
    const found = fc.check(
      fc.property(
        settings,
        fc.array(action, { minLength: 20, maxLength: 120, size: 'max' }),
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 20 }),
        (chosen, actions, order) => void run(fault(), chosen, actions, order),
      ),
      { numRuns: 2000, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
    expect(String(found.errorInstance)).toMatch(
      /audit: |invariant: |left the hot tier|counted twice|offset is out of bounds|position|index-key|kv/,
    );
  });
});
