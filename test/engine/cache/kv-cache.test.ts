import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createDiskColdStore,
  createEngine,
  createMemoryColdStore,
  PRECISION_MODES,
  sha256PrefixKey,
} from '../../../engine/index.ts';
import type { BatchRequest, BatchResult, EngineOptions, Session } from '../../../engine/index.ts';
import { aloneBits, bitsOf, openSession, requestOf, servingCheckpoint } from '../../support/serving-runs.ts';

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

describe('a cold store that outlives its session', () => {
  /** One request a session, each over the files that the one before has left. */
  const inSessions = (requests: readonly BatchRequest[], options: EngineOptions = {}) => {
    const kept = mkdtempSync(join(directory, 'kept-'));
    const engine = createEngine(servingCheckpoint, { ...PAGE, hotPages: 40, ...options });
    const master = new Uint8Array(32).fill(7);
    return requests.map((request, index): { result: BatchResult; counters: Session['counters'] } => {
      const encryption = { keyOf: () => master, salt: new Uint8Array(16).fill(index + 1) };
      const cold = createDiskColdStore({ directory: kept, capacityBytes: 1e8, keep: true, encryption });
      const session = engine.openSession({ cold });
      const [result] = session.run([request]);
      session.close();
      return { result, counters: session.counters };
    });
  };
  const cached = (requests: readonly BatchRequest[], options: EngineOptions = {}): number[] =>
    inSessions(requests, options).map(({ result }) => result.cachedTokens);

  it('gives a later session the blocks of its owner, with the same bits', () => {
    const [first, second] = inSessions([probe, probe]);
    expect([first.result.cachedTokens, second.result.cachedTokens]).toEqual([0, 144]);
    expect(bitsOf(second.result)).toBe(bitsOf(first.result));
    expect(first.counters).toMatchObject({ keptWritten: 18, keptFound: 0 });
    expect(second.counters).toMatchObject({ keptFound: 18, damaged: 0, lost: 0 });
  });

  it('gives nothing to another salt, to none, or to another tenant; positive control: to all with keys that leave it out', () => {
    const owner = { ...probe, cacheSalt: 'owner' };
    const others = [{ ...probe, cacheSalt: 'other' }, probe, { ...owner, adapter: 'x' }];
    expect(cached([owner, ...others, owner])).toEqual([0, 0, 0, 0, 144]);
    const coldPrefixKey = {
      ...sha256PrefixKey,
      keyOf: (parent: string, ids: Int32Array, domain: Parameters<typeof sha256PrefixKey.keyOf>[2]) =>
        sha256PrefixKey.keyOf(parent, ids, { ...domain, salt: '' }),
    };
    expect(cached([owner, ...others], { parts: { coldPrefixKey } })).toEqual([0, 144, 144, 0]);
  });

  it('compares tokens: a key that collides is damaged, and computed again', () => {
    const parts = { coldPrefixKey: { name: 'constant', verifyTokens: true, keyOf: () => 'abcd' } };
    const other = requestOf('other', 9, 150);
    const [, { result, counters }] = inSessions([probe, other], { parts });
    expect(counters.damaged).toBeGreaterThan(0);
    expect(bitsOf(result)).toBe(aloneBits(other));
  });
});

describe('the end of a session', () => {
  it('has nothing of a request in any area that held it before', () => {
    const session = openSession({ ...PAGE, hotPages: 12 });
    session.run([probe, requestOf('other', 9, 120)]);
    const areas = session.areas();
    expect(new Set(areas.map(({ tier }) => tier))).toEqual(new Set(['hot', 'warm', 'index', 'state']));
    const tokens = new Uint8Array(Int32Array.from(probe.tokenIds.slice(0, 16)).buffer);
    const found = (): number => areas.filter(({ bytes }) => Buffer.from(bytes).includes(Buffer.from(tokens))).length;
    expect(found()).toBe(1);
    session.close();
    expect(found()).toBe(0);
    for (const { tier, bytes } of areas) if (tier !== 'state') expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('is told to the part coldStore; positive control: one that does not pass it on leaves the files', () => {
    const left = (parts: EngineOptions['parts']): number => {
      const folder = mkdtempSync(join(directory, 'end-'));
      const coldStore = () => createDiskColdStore({ directory: folder, capacityBytes: 1e8, encryption: null });
      const session = openSession(tiered({ coldStore, parts: parts ?? {} }));
      session.run([probe]);
      churn(session, 4);
      session.close();
      return readdirSync(folder, { recursive: true }).length;
    };
    expect(left({})).toBe(0);
    expect(
      left({ coldStore: (store) => Object.assign(Object.create(store) as typeof store, { close: () => undefined }) }),
    ).toBeGreaterThan(1);
  });

  it('removes the files of its cold store, and wipes what its cache held', () => {
    const session = openSession(
      tiered({ coldStore: () => createDiskColdStore({ directory, capacityBytes: 1e8, encryption: null }) }),
    );
    session.run([probe]);
    churn(session);
    const files = (): number => readdirSync(directory, { recursive: true }).length;
    const folders = files();
    expect(session.counters.spills).toBeGreaterThan(9);
    const { pool } = session.cache;
    const page = pool.allocate()!;
    page.bytes.fill(9);
    session.close();
    expect(page.bytes.every((byte) => byte === 0)).toBe(true);
    expect(session.cache.tiers.census()).toEqual([]);
    expect(files()).toBeLessThan(folders - 9);
  });
});
