import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { levelObservation, targetDescription, type LevelJob, type Target } from '../../../../harness/schema/index.ts';
import { createGgufTarget, type GgufTargetOptions } from '../../../../harness/targets/index.ts';
import { levelJob, plannedRequest } from '../../../support/endpoint-target.ts';
import { ggufFile } from '../../../support/gguf-file.ts';
import { createFakeLlama, hashLogits, VOCABULARY, type FakeLlama } from '../../../support/llama-package.ts';
import { temporaryFolder } from '../../../support/run-records.ts';

const OPTIONS: Omit<GgufTargetOptions, 'path' | 'directory'> = {
  id: null,
  contextSize: 128,
  sequences: 4,
  batchSize: 64,
  threads: 1,
  flashAttention: 'auto',
  kvCacheType: 'f16',
  swaFullCache: false,
};

async function targetOf(llama: FakeLlama, change: Partial<GgufTargetOptions> = {}): Promise<Target> {
  const directory = temporaryFolder();
  const path = join(directory, 'Small Model.gguf');
  writeFileSync(path, ggufFile());
  return createGgufTarget({ ...OPTIONS, path, directory, ...change }, () => Promise.resolve(llama.package));
}

async function run(target: Target, job: LevelJob, forced: ReadonlyMap<string, readonly number[]> = new Map()) {
  const { record, blobs } = await target.runLevel(job, { lane: 0, forced });
  levelObservation.parse(record);
  const matrix = (sha256: string): Float32Array => {
    const blob = blobs.find((one) => one.sha256 === sha256);
    if (blob === undefined) throw new Error(`no blob ${sha256}`);
    return new Float32Array(blob.bytes.buffer, blob.bytes.byteOffset, blob.bytes.byteLength / 4);
  };
  return { ...record, matrix };
}

const rowOf = (context: readonly number[]): number[] => {
  const logits = hashLogits(context);
  return Array.from({ length: VOCABULARY }, (_, token) => logits.get(token)!);
};
const bytes = (text: string): number[] => [...Buffer.from(text)];
const ROWS = ['abc', 'defgh', 'i'].map((text, i) => plannedRequest(`r${i}`, text));

describe('a GGUF target', () => {
  it('describes the file by its content and the engine by what it says', async () => {
    const target = await targetOf(createFakeLlama());
    const digest = createHash('sha256').update(ggufFile()).digest('hex');
    expect(target.id).toBe(`small-model-${digest.slice(0, 12)}`);
    const description = targetDescription.parse(await target.describe());
    expect(description).toMatchObject({ kind: 'gguf', vocabSize: VOCABULARY, capabilities: { precisionModes: [] } });
    const card = new Map(description.card.map(({ name, value, source }) => [name, `${source}: ${value}`]));
    expect(card.get('weights_digest')).toBe(`observed: sha256:${digest}`);
    expect(card.get('architecture')).toBe('observed: test');
    expect(card.get('quantization')).toBe('observed: F32 (1)');
    expect(card.get('test.context_length')).toBe('observed: 128');
    expect(card.get('hardware')).toBe('observed: CPU : TEST = 1 |');
    expect(card.get('kv_cache_dtype')).toBe('declared: f16');
  });

  it('has another fingerprint with another setting, and the same with another file name', async () => {
    const printOf = async (change: Partial<GgufTargetOptions>): Promise<string> =>
      (await (await targetOf(createFakeLlama(), change)).describe()).fingerprintSha256;
    const path = join(temporaryFolder(), 'other.gguf');
    writeFileSync(path, ggufFile());
    const own = await printOf({});
    expect(await printOf({ path })).toBe(own);
    const others = await Promise.all(
      [{ threads: 2 }, { batchSize: 32 }, { kvCacheType: 'q8_0' as const }, { flashAttention: false }].map(printOf),
    );
    expect(new Set([own, ...others]).size).toBe(5);
  });

  it('gives the logits before each token as bits, and the greedy token of the engine', async () => {
    const target = await targetOf(createFakeLlama());
    const { requests, matrix } = await run(target, levelJob([[plannedRequest('a', 'abc', { maxTokens: 3 })]]));
    const [{ generated, tokenIds, logprobs, stepSha256, promptLogitsSha256 }] = requests;
    if (generated.kind !== 'blob') throw new Error(generated.kind);
    expect(generated).toMatchObject({ rows: 3, cols: VOCABULARY });
    const expected = [0, 1, 2].map((step) => rowOf([...bytes('abc'), ...tokenIds.slice(0, step)]));
    expect([...matrix(generated.sha256)]).toEqual(expected.flat());
    expect(tokenIds).toEqual(expected.map((row) => row.indexOf(Math.max(...row))));
    const total = expected[0].reduce((sum, value) => sum + Math.exp(value), 0);
    expect(logprobs[0]).toBeCloseTo(expected[0][tokenIds[0]] - Math.log(total), 10);
    expect(stepSha256).toHaveLength(3);
    expect(promptLogitsSha256).toBeNull();
  });

  it('scores the last positions of a prompt, and forced tokens in a context of their own', async () => {
    const llama = createFakeLlama();
    const target = await targetOf(llama);
    const job = levelJob([[plannedRequest('a', 'abcd', { scoreLastPositions: 2, forcedFromLevel: 'none' })]]);
    const { requests, matrix, counters } = await run(target, job, new Map([['a', [7, 8]]]));
    const [{ prompt, promptNextTokenIds, forced }] = requests;
    if (prompt.kind !== 'blob' || forced.kind !== 'blob') throw new Error('no blobs');
    expect([...matrix(prompt.sha256)]).toEqual([...rowOf(bytes('abc')), ...rowOf(bytes('abcd'))]);
    expect(promptNextTokenIds).toEqual([bytes('d')[0], -1]);
    expect([...matrix(forced.sha256)]).toEqual([...rowOf(bytes('abcd')), ...rowOf([...bytes('abcd'), 7])]);
    expect(counters['forcedTokens']).toBe(2);
    expect(llama.contexts).toHaveLength(2);
    // both ask for outputs of the same positions: their number is part of the arithmetic
    expect(llama.outputs.filter((count) => count > 1)).toEqual([2, 2]);
    expect(llama.contexts.every(({ disposed }) => disposed)).toBe(true);
  });

  it('evaluates a wave in step: every batch holds each row once, and the record says so', async () => {
    const llama = createFakeLlama();
    const { requests, counters } = await run(await targetOf(llama), levelJob([ROWS]));
    expect(llama.batches).toEqual([
      [3, 5, 1],
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(counters).toMatchObject({ steps: 4, maxActiveRows: 3, maxBatchTokens: 9, contexts: 1 });
    expect(requests.map(({ row }) => row)).toEqual([0, 1, 2]);
  });

  it('goes on with the rows that have more to say', async () => {
    const llama = createFakeLlama();
    const [first, second] = ROWS;
    await run(
      await targetOf(llama),
      levelJob([
        [
          { ...first, maxTokens: 1 },
          { ...second, maxTokens: 3 },
        ],
      ]),
    );
    expect(llama.batches).toEqual([[3, 5], [1], [1]]);
  });

  it('reports no batch where the engine made none, and no rows', async () => {
    const { requests, counters } = await run(await targetOf(createFakeLlama({ batching: false })), levelJob([ROWS]));
    expect(counters['maxActiveRows']).toBe(1);
    expect(requests.map(({ row }) => row)).toEqual([null, null, null]);
  });

  it('cuts a wave that has more requests than there are sequences, and a prompt that is longer than a batch', async () => {
    const llama = createFakeLlama();
    const wave = Array.from({ length: 5 }, (_, i) => plannedRequest(`r${i}`, 'x'.repeat(6), { maxTokens: 1 }));
    const { counters } = await run(await targetOf(llama, { batchSize: 8 }), levelJob([wave]));
    expect(llama.batches).toEqual([[6, 2], [4, 4], [2, 6], [6]]);
    expect(counters['maxActiveRows']).toBe(2);
  });

  it('gives the same answers alone and in company, and for the same request again', async () => {
    const target = await targetOf(createFakeLlama());
    const { requests: together } = await run(target, levelJob([ROWS]));
    const { requests: alone } = await run(
      target,
      levelJob(
        ROWS.map((row) => [row]),
        { sessions: 'one-per-wave' },
      ),
    );
    expect(alone.map(({ stepSha256 }) => stepSha256)).toEqual(together.map(({ stepSha256 }) => stepSha256));
  });

  it('shows that a later wave took over a sequence, and has a fresh context for each wave where that is asked', async () => {
    const llama = createFakeLlama();
    const target = await targetOf(llama);
    const waves = [[ROWS[0]], [ROWS[1]]];
    expect((await run(target, levelJob(waves))).counters).toMatchObject({ slotReuses: 1, contexts: 1 });
    const fresh = await run(target, levelJob(waves, { sessions: 'one-per-wave' }));
    expect(fresh.counters).toMatchObject({ slotReuses: 0, contexts: 2 });
  });

  it('draws at a temperature from the seed of the request and nothing else', async () => {
    const target = await targetOf(createFakeLlama());
    const tokens = async (seed: number, wave = [plannedRequest('a', 'abc', { temperature: 1, seed, maxTokens: 8 })]) =>
      (await run(target, levelJob([wave]))).requests.find(({ requestId }) => requestId === 'a')!.tokenIds;
    const drawn = await tokens(1);
    expect(await tokens(1)).toEqual(drawn);
    expect(await tokens(1, [ROWS[1], plannedRequest('a', 'abc', { temperature: 1, seed: 1, maxTokens: 8 })])).toEqual(
      drawn,
    );
    expect(await tokens(2)).not.toEqual(drawn);
    const [greedy] = (await run(target, levelJob([[plannedRequest('a', 'abc', { maxTokens: 8 })]]))).requests;
    expect(greedy.tokenIds).not.toEqual(drawn);
  });

  it('asks no logits of mates', async () => {
    const mate = { ...ROWS[1], role: 'mate' as const, scoreLastPositions: 3 };
    const [, observed] = (await run(await targetOf(createFakeLlama()), levelJob([[ROWS[0], mate]]))).requests;
    expect(observed).toMatchObject({ stepSha256: [], logprobs: [], generated: { kind: 'not-measured' } });
    expect(observed.tokenIds).toHaveLength(4);
  });

  it('puts the first token before a prompt where the model asks for it, and not twice', async () => {
    const target = await targetOf(createFakeLlama({ bos: 256 }));
    const given = plannedRequest('b', '', { prompt: { kind: 'tokens', tokenIds: [256, ...bytes('abc')] } });
    const { requests } = await run(target, levelJob([[plannedRequest('a', 'abc'), given]]));
    expect(requests.map(({ promptTokens }) => promptTokens)).toEqual([4, 4]);
    expect(requests[0].promptSha256).toBe(requests[1].promptSha256);
  });

  it.each([
    ['a prompt that does not fit with its answer', plannedRequest('a', 'x'.repeat(125)), /at most 128 tokens/],
    ['no prompt', plannedRequest('a', ''), /a prompt of at least one token/],
    [
      'a token that the model has not',
      plannedRequest('a', '', { prompt: { kind: 'tokens', tokenIds: [VOCABULARY] } }),
      /token ids below 260, got 260/,
    ],
  ])('refuses before native code sees it: %s', async (_name, request, message) => {
    const llama = createFakeLlama();
    await expect(run(await targetOf(llama), levelJob([[request]]))).rejects.toThrow(message);
    expect(llama.batches).toEqual([]);
  });

  it.each([
    ['a logit that is no number', new Map(Array.from({ length: VOCABULARY }, (_, t) => [t, Number.NaN])), /finite/],
    ['logits of a part of the vocabulary', new Map([[1, 2]]), /260 logits, got 1/],
  ])('accepts no %s, and leaves no context behind', async (_name, logits, message) => {
    const llama = createFakeLlama({ logits: () => logits });
    await expect(run(await targetOf(llama), levelJob([[ROWS[0]]]))).rejects.toThrow(message);
    expect(llama.contexts.every(({ disposed }) => disposed)).toBe(true);
  });

  it('has no precision but the file’s own', async () => {
    const target = await targetOf(createFakeLlama());
    await expect(run(target, levelJob([[ROWS[0]]], { precision: 'bf16' }))).rejects.toThrow(/own precision, got bf16/);
  });

  it('names the file when the engine cannot load it, and lets the engine go', async () => {
    const llama = createFakeLlama({ loadError: new Error('unknown model architecture: test\nmore') });
    await expect(targetOf(llama)).rejects.toThrow(/Small Model.gguf.*got unknown model architecture: test/);
    expect(llama.disposed).toBe(true);
    await expect(targetOf(createFakeLlama({ trainContextSize: 64 }))).rejects.toThrow(/at most 64, which/);
  });

  it('lets the engine go when it is closed', async () => {
    const llama = createFakeLlama();
    await (await targetOf(llama)).close();
    expect(llama.disposed).toBe(true);
  });
});
