/**
 * Decode cost and cache bytes against context length, 1 Ki to 128 Ki tokens, on the geometry of v4-tiny.
 *
 * The cache is filled with random entries instead of a prefill of 128 Ki tokens; a decode step then reads what it would read. `sparse`
 * is the model as it is (indexer scan, top 8 entries); `dense` attends to all entries of the CSA layers and scans nothing. Columns
 * are milliseconds per token, interleaved over variants, the median of the rounds.
 *
 * Memory: requests of one length go through the cache one after another, without a model, until many times its capacity has
 * passed; what the process then really holds stands beside what was configured, which stays the same for all lengths.
 * Run: npm run bench
 */
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { publish } from '../support/bench.ts';
import type { PagePool as Pool, StateBlock } from '../../engine/cache/index.ts';
import type { Model as EngineModel } from '../../engine/model/index.ts';

/** The built engine: what the test runner makes of sources is several times slower. */
const built = <T>(room: string): Promise<T> =>
  import(/* @vite-ignore */ new URL(`../../dist/engine/${room}/index.js`, import.meta.url).href) as Promise<T>;
const cacheRoom = await built<typeof import('../../engine/cache/index.ts')>('cache');
const { createColdCodec, createPageLayout, createStateBlock, ensurePages, leastPageTokens, PagePool, saveState } =
  cacheRoom;
const { buildCheckpoint } = await built<typeof import('../../engine/checkpoint/index.ts')>('checkpoint');
const { chooseRecords, RECORD_CHOICES } = await built<typeof import('../../engine/formats/index.ts')>('formats');
const { createKernels } = await built<typeof import('../../engine/kernels/index.ts')>('kernels');
const { Model, packWeights } = await built<typeof import('../../engine/model/index.ts')>('model');
const { assembleParts, PART_DEFAULTS } = await built<typeof import('../../engine/serving/index.ts')>('serving');

const LENGTHS = [1, 4, 16, 64, 128].map((k) => k * 1024);
const ROUNDS = 5;
const checkpoint = buildCheckpoint({ preset: 'v4-tiny', seed: 'bench' });
const kernels = createKernels('wasm');
const weights = packWeights(checkpoint, kernels);
const base = checkpoint.config;

/** As v4-tiny, with HCA at the released ratio 128 or at its own 16, sparse or dense. */
function variant(hcaRatio: 16 | 128, dense: boolean): { model: EngineModel; pool: Pool; state: StateBlock } {
  // the HCA weights fit any ratio but for the positional table, which is only as long as the ratio
  const compressRatios = base.compressRatios.map((r) => (r === 16 ? hcaRatio : r));
  const config = { ...base, compressRatios, indexTopK: dense ? 1 << 24 : base.indexTopK };
  const parts = assembleParts({ ...PART_DEFAULTS, precision: 'bf16' }, config);
  const stretched = weights.blocks.map((block) => {
    const { compressor } = block.attn;
    if (compressor === null || hcaRatio === 16 || block.attn.indexer !== null) return block;
    const ape = new Float32Array((compressor.ape.length / 16) * hcaRatio);
    for (let at = 0; at < ape.length; at += compressor.ape.length) ape.set(compressor.ape, at);
    return { ...block, attn: { ...block.attn, compressor: { ...compressor, ape } } };
  });
  const model = new Model(config, { ...weights, blocks: stretched }, kernels, {
    precision: 'bf16',
    keyBlock: 64,
    clampSharedExpert: true,
    bf16Scores: null,
    parts,
    memory: null,
  });
  const shapes = model.layerShapes();
  const layout = createPageLayout(shapes, parts.records, 4 * leastPageTokens(shapes));
  const pool = new PagePool(layout, Number.POSITIVE_INFINITY, false);
  return { model, pool, state: createStateBlock({ layers: shapes, createMemory: null }, pool) };
}

/** Entries up to `length` tokens, from a small set of random vectors. */
function fill({ state, pool }: { state: StateBlock; pool: Pool }, length: number): void {
  ensurePages(state, pool.layout.pageTokens, length + 64, () => pool.allocate());
  const vectors = Array.from({ length: 16 }, (_, v) =>
    Float32Array.from({ length: 512 }, (_x, i) => Math.fround((((i * 7919 + v * 104729) % 997) / 997 - 0.5) * 2)),
  );
  for (const { entries, indexEntries } of state.layers)
    for (const list of [entries, indexEntries]) {
      if (list === null) continue;
      const { ratio, format } = list.section;
      for (let e = list.count; e < Math.floor(length / ratio); e++)
        list.append(
          e,
          vectors[(e * 5) % 16].subarray(0, format.dims),
          { writer: 'bench', position: e * ratio, tokenHash: 0 },
          null,
        );
    }
  state.length = length;
}

function decode({ model, state }: { model: EngineModel; state: StateBlock }): number {
  const from = performance.now();
  const sequence = {
    request: 'bench',
    state,
    start: state.length,
    from: 0,
    count: 1,
    decode: true,
    windowStart: 0,
    promptLength: state.length,
  };
  model.scoped(() => model.head(model.forward({ tokenIds: Int32Array.of(65), sequences: [sequence] }, null), 1));
  return performance.now() - from;
}

const median = (x: readonly number[]): number => [...x].sort((a, b) => a - b)[Math.floor(x.length / 2)];

it('decode cost against context length', { timeout: 1_200_000 }, () => {
  const variants = {
    'sparse, HCA 128': variant(128, false),
    'dense, HCA 128': variant(128, true),
    'sparse, HCA 16': variant(16, false),
    'dense, HCA 16': variant(16, true),
  };
  const rows = LENGTHS.map((length) => {
    const times = Object.fromEntries(Object.keys(variants).map((name) => [name, [] as number[]]));
    for (const v of Object.values(variants)) fill(v, length);
    for (let round = 0; round < ROUNDS + 1; round++)
      for (const [name, v] of Object.entries(variants)) {
        const ms = decode(v);
        if (round > 0) times[name].push(ms);
      }
    return {
      tokens: length,
      ...Object.fromEntries(Object.entries(times).map(([n, t]) => [n, Number(median(t).toFixed(2))])),
    };
  });
  publish(
    'context-length',
    'Decode cost in milliseconds per token by context length (bf16, one request, v4-tiny)',
    ['tokens', ...Object.keys(variants)],
    rows.map(({ tokens, ...ms }) => [String(tokens), ...Object.values(ms).map(String)]),
  );
  expect(rows).toHaveLength(LENGTHS.length);
});

it('bytes per token of context by tier', () => {
  const { model } = variant(16, false);
  const rows = RECORD_CHOICES.filter((choice) => choice !== 'v32').map((choice) => {
    const records = chooseRecords(choice, base);
    const shapes = model.layerShapes();
    const layout = createPageLayout(shapes, records, 4 * leastPageTokens(shapes));
    const pool = new PagePool(layout, 1, false);
    const page = pool.allocate()!;
    const per = (bytes: number): number => Number((bytes / layout.pageTokens).toFixed(2));
    return {
      records: choice,
      hot: per(layout.pageBytes),
      'warm, cold (lossless)': per(createColdCodec('lossless').encode(page.bytes, layout).length),
      'warm, cold (nvfp4)': per(createColdCodec('nvfp4').encode(page.bytes, layout).length),
      'snapshot (bytes each)': saveState(createStateBlock({ layers: shapes, createMemory: null }, pool)).length,
    };
  });
  console.table(rows);
  expect(rows.find(({ records }) => records === 'v4')!.hot).toBeGreaterThanOrEqual(399);
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const MIB = 2 ** 20;
/** Room for one request of 128 Ki tokens and little more, at every length. */
const CAPACITY = { hotPages: 2100, warmBytes: 16 * MIB, coldBytes: 32 * MIB };
const PASSING = { tokens: 1 << 20, requests: 4096 };

function sessionCache(model: EngineModel): { cache: InstanceType<typeof cacheRoom.KvCache>; state: StateBlock } {
  const shapes = model.layerShapes();
  const { records, pageReady, prefixKey, evictionPolicy, tierTransport, coldCodec, copyScheduler } = assembleParts(
    { ...PART_DEFAULTS, precision: 'bf16' },
    base,
  );
  const layout = createPageLayout(shapes, records, 4 * leastPageTokens(shapes));
  const cache = new cacheRoom.KvCache({
    layout,
    hotPages: CAPACITY.hotPages,
    audit: false,
    prefixCache: true,
    prefixKey,
    windowPolicy: cacheRoom.createWindowPolicy({ kind: 'full' }, layout.pageTokens),
    geometry: {
      windowSize: base.windowSize,
      layers: shapes.length,
      blockTokens: layout.pageTokens,
      memoryLookback: 0,
    },
    tiers: {
      warmBytes: CAPACITY.warmBytes,
      cold: cacheRoom.createMemoryColdStore(CAPACITY.coldBytes),
      codec: coldCodec,
      policy: evictionPolicy,
      scheduler: copyScheduler(),
      transport: tierTransport,
    },
    pageReady,
    events: null,
  });
  return { cache, state: createStateBlock({ layers: shapes, createMemory: null }, cache.pool) };
}

/** One request through the cache: every page is asked for, filled (with its number) and given to the index. */
function pass({ cache, state }: ReturnType<typeof sessionCache>, tokens: Int32Array): void {
  const domain = { salt: '', adapter: '', memoryVersion: '', engine: 'bench' };
  const lease = cache.open(tokens, domain, '', tokens.length - 1);
  while (!cache.poll(lease));
  cacheRoom.resetState(state);
  for (let at = cache.install(lease, state, tokens); at < tokens.length;) {
    at = Math.min(tokens.length, at + cache.pageTokens);
    if (!cache.ensure(lease, state, at)) throw new Error(`no page at ${at}`);
    state.pages[state.pages.length - 1].bytes.fill(at & 255);
    state.length = at;
    cache.publish(lease, state, tokens);
  }
  cache.close(lease, state);
}

it('memory of the cache is bounded by its capacities from 1 to 128 Ki tokens', { timeout: 1_200_000 }, async () => {
  const { model } = variant(16, false);
  // freed buffers are swept in the background: collect until the number stands still
  const held = async (): Promise<number> => {
    let last = Number.POSITIVE_INFINITY;
    for (;;) {
      collect();
      await pause(20);
      const { arrayBuffers } = process.memoryUsage();
      if (arrayBuffers >= last) return last;
      last = arrayBuffers;
    }
  };
  const before = await held();
  // a function of its own, so that nothing of one row is alive in the next
  const measure = async (length: number): Promise<Record<string, number>> => {
    const own = sessionCache(model);
    const { cache } = own;
    const requests = Math.min(PASSING.requests, Math.ceil(PASSING.tokens / length));
    let most = 0;
    for (let n = 0; n < requests; n++) {
      pass(
        own,
        Int32Array.from({ length }, (_, i) => (i < 8 ? (n >>> (4 * i)) & 15 : (i * 17) % 251)),
      );
      if (n % Math.ceil(requests / 8) === 0) most = Math.max(most, (await held()) - before);
    }
    most = Math.max(most, (await held()) - before);
    const capacity = cache.pool.layout.pageBytes * CAPACITY.hotPages + CAPACITY.warmBytes + CAPACITY.coldBytes;
    const { demotions, spills } = cache.counters();
    return {
      'tokens a request': length,
      requests,
      demotions,
      spills,
      'configured MiB': Number((capacity / MIB).toFixed(1)),
      'most held MiB': Number((most / MIB).toFixed(1)),
    };
  };
  const rows = [];
  for (const length of [1, ...LENGTHS]) rows.push(await measure(length));
  console.table(rows);
  for (const row of rows) expect(row['most held MiB']).toBeLessThan(row['configured MiB'] * 1.05);
});
