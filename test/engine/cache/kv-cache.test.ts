import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDiskColdStore, createMemoryColdStore, PRECISION_MODES } from '../../../engine/index.ts';
import type { EngineOptions, Session } from '../../../engine/index.ts';
import { aloneBits, bitsOf, openSession, requestOf } from '../../support/serving-runs.ts';

const probe = requestOf('probe', 1, 150);
const PAGE = { prefixCache: true, pageTokens: 16, hotPages: 14, chunkSize: 32 } as const;
/** Small tiers: churn moves everything of the probe to disk. */
const tiered = (change: EngineOptions = {}): EngineOptions => ({
  ...PAGE,
  warmBytes: 1_200_000,
  coldStore: () => createMemoryColdStore(1e9),
  ...change,
});
const churn = (session: Session, rounds = 6): void => {
  for (let i = 0; i < rounds; i++) session.run([requestOf(`churn-${i}`, 20 + i, 120, { maxTokens: 1 })]);
};

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-tiers-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each(PRECISION_MODES)('in %s', (precision) => {
  const cold = aloneBits(probe, { precision });

  it.each([[{ kind: 'full' }], [{ kind: 'periodic', everyTokens: 48 }], [{ kind: 'zero' }]] as const)(
    'a prefix that went hot, warm, cold and hot again gives the same bits (%j)',
    (...policies) => {
      const [windowPolicy] = policies;
      for (const copyDelaySteps of [0, 2]) {
        // without snapshots the warm tier must be smaller to be full
        const warmBytes = windowPolicy.kind === 'zero' ? 120_000 : 1_200_000;
        const session = openSession(tiered({ precision, windowPolicy, copyDelaySteps, warmBytes }));
        session.run([probe]);
        churn(session);
        const before = session.counters;
        expect(before.demotions).toBeGreaterThan(9);
        expect(before.spills).toBeGreaterThan(9);
        const again = session.run([probe])[0];
        expect(bitsOf(again)).toBe(cold);
        expect(again.cachedTokens).toBeGreaterThanOrEqual(48);
        expect(session.counters.promotions - before.promotions).toBe(9);
        expect(session.counters.damaged).toBe(0);
      }
    },
  );
});

describe('the tiers', () => {
  const cold = aloneBits(probe);

  it.each(['lru', 'lfu', 'fifo'] as const)(
    'give the same bits with %s eviction, with and without a warm tier',
    (eviction) => {
      for (const warmBytes of [0, 600_000, 1e8]) {
        const session = openSession(tiered({ eviction, warmBytes }));
        for (let i = 0; i < 2; i++) {
          expect(bitsOf(session.run([probe])[0])).toBe(cold);
          churn(session, 3);
        }
        expect(session.counters.evictions).toBeGreaterThan(0);
      }
    },
  );

  it('never use a damaged file: the pages are computed again', () => {
    let folder = '';
    const session = openSession(
      tiered({
        windowPolicy: { kind: 'zero' },
        coldStore: () => {
          const store = createDiskColdStore({ directory, capacityBytes: 1e9, encryption: null });
          ({ folder } = store);
          return store;
        },
        warmBytes: 100_000,
      }),
    );
    session.run([probe]);
    churn(session);
    for (const [i, name] of readdirSync(folder).entries()) {
      const path = join(folder, name);
      const file = readFileSync(path);
      if (i % 3 === 0) writeFileSync(path, file.subarray(0, file.length / 2));
      else if (i % 3 === 1) {
        file[200] ^= 4;
        writeFileSync(path, file);
      }
    }
    expect(bitsOf(session.run([probe])[0])).toBe(cold);
    expect(session.counters.damaged).toBeGreaterThan(0);
  });

  it('recode to NVFP4 only where it is asked for, and then bits differ', () => {
    const session = openSession(
      tiered({ precision: 'bf16', coldCodec: 'nvfp4', windowPolicy: { kind: 'zero' }, warmBytes: 1e8 }),
    );
    const bits = bitsOf(session.run([probe])[0]);
    expect(bits).toBe(aloneBits(probe, { precision: 'bf16' }));
    churn(session);
    expect(session.counters.demotions).toBeGreaterThan(0);
    expect(bitsOf(session.run([probe])[0])).not.toBe(bits);
  });

  it('replay too little in the bounded policy, and then bits differ', () => {
    const session = openSession({ ...PAGE, windowPolicy: { kind: 'bounded-replay' } });
    expect(bitsOf(session.run([probe])[0])).toBe(cold);
    const warm = session.run([probe])[0];
    expect(warm.cachedTokens).toBe(128);
    expect(bitsOf(warm)).not.toBe(cold);
  });

  it('keep pinned prefixes hot', () => {
    const session = openSession({ ...PAGE, hotPages: 20, warmBytes: 1e8 });
    session.run([probe]);
    const ids = Int32Array.from(probe.tokenIds);
    const pins = session.pinPrefix({ tokenIds: ids });
    expect(pins.length).toBe(9);
    churn(session);
    expect(pins.map(({ id }) => session.cache.tiers.tierOf(id))).toEqual(pins.map(() => 'hot'));
    session.unpinPrefix(pins);
    churn(session);
    expect(pins.map(({ id }) => session.cache.tiers.tierOf(id))).not.toContain('hot');
  });

  it('move the prefix of a queued request up before it runs', () => {
    const promotions = (prefetchQueued: number): number => {
      const session = openSession({
        ...PAGE,
        hotPages: 16,
        maxBatch: 1,
        warmBytes: 1e8,
        prefetchQueued,
        copyDelaySteps: 1,
      });
      session.run([probe]);
      churn(session, 6);
      session.submit(requestOf('first', 77, 20, { maxTokens: 12 }));
      session.submit(probe);
      for (let i = 0; i < 6; i++) session.tick();
      return session.counters.promotions;
    };
    expect(promotions(0)).toBe(0);
    expect(promotions(1)).toBe(9);
  });

  it('hold no more than their capacities', () => {
    const store = createMemoryColdStore(2_000_000);
    const session = openSession(tiered({ coldStore: () => store }));
    for (let i = 0; i < 12; i++) {
      session.run([
        requestOf(`r${i}`, 30 + i, 100, { maxTokens: 2 }),
        requestOf(`s${i}`, 50 + i, 90, { maxTokens: 2 }),
      ]);
      expect(session.cache.pool.used).toBeLessThanOrEqual(14);
      expect(session.cache.tiers.warmBytesUsed).toBeLessThanOrEqual(1_200_000);
      expect(store.usedBytes).toBeLessThanOrEqual(2_000_000);
    }
    expect(session.counters.lost).toBeGreaterThan(0);
  });
});

describe('prefix reuse', () => {
  const twice = (first: object, second: object, options: EngineOptions = {}): number => {
    const session = openSession({ ...PAGE, hotPages: 40, ...options });
    session.run([{ ...probe, ...first }]);
    return session.run([{ ...probe, ...second }])[0].cachedTokens;
  };

  it('shares between equal domains only', () => {
    expect(twice({}, {})).toBe(144);
    expect(twice({ tenant: 'a' }, { tenant: 'a' })).toBe(144);
    expect(twice({ tenant: 'a' }, { tenant: 'b' })).toBe(0);
    expect(twice({ cacheSalt: 'a' }, { cacheSalt: 'b' })).toBe(0);
    expect(twice({ adapter: 'x' }, {})).toBe(0);
    // the same text in another field, or moved between fields, is another domain
    expect(twice({ adapter: 'x' }, { cacheSalt: 'x' })).toBe(0);
    expect(twice({ tenant: 'ab', cacheSalt: 'c' }, { tenant: 'a', cacheSalt: 'bc' })).toBe(0);
  });

  it('leaves every position computed whose logits are asked for', () => {
    expect(twice({}, { scoreLastPositions: 40 })).toBe(96);
    expect(twice({}, { promptLogprobs: 0 })).toBe(0);
    const session = openSession(PAGE);
    const asked = { ...probe, scoreLastPositions: 40, promptLogprobs: 2 };
    const [first] = session.run([asked]);
    session.run([probe]);
    const [second] = session.run([asked]);
    expect(second.promptLogits).toEqual(first.promptLogits);
    expect(second.promptLogprobs).toEqual(first.promptLogprobs);
    expect(second.promptLogprobs).toHaveLength(149);
  });

  it('compares tokens on a hit: a key that collides is refused and counted', () => {
    const same = { name: 'constant', verifyTokens: true, keyOf: () => 'abcd' };
    const session = openSession({ ...PAGE, parts: { prefixKey: same } });
    session.run([requestOf('a', 3, 40)]);
    const b = requestOf('b', 4, 40);
    expect(bitsOf(session.run([b])[0])).toBe(aloneBits(b));
    expect(session.counters.collisions).toBeGreaterThan(0);
  });
});
