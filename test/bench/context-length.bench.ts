/**
 * Decode cost and cache bytes against context length, 1 Ki to 128 Ki tokens, on the geometry of v4-tiny.
 *
 * The cache is filled with random entries instead of a prefill of 128 Ki tokens; a decode step then reads what it would read. `sparse`
 * is the model as it is (indexer scan, top 8 entries); `dense` attends to all entries of the CSA layers and scans nothing. Columns
 * are milliseconds per token, interleaved over variants, the median of the rounds.
 * Run: npm run bench
 */
import { expect, it } from 'vitest';
import type { PagePool as Pool, StateBlock } from '../../engine/cache/index.ts';
import type { Model as EngineModel } from '../../engine/model/index.ts';

/** The built engine: what the test runner makes of sources is several times slower. */
const built = <T>(room: string): Promise<T> =>
  import(/* @vite-ignore */ new URL(`../../dist/engine/${room}/index.js`, import.meta.url).href) as Promise<T>;
const { createColdCodec, createPageLayout, createStateBlock, ensurePages, leastPageTokens, PagePool, saveState } =
  await built<typeof import('../../engine/cache/index.ts')>('cache');
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
  model.head(model.forward({ tokenIds: Int32Array.of(65), sequences: [sequence] }, null), 1);
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
  console.table(rows);
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
