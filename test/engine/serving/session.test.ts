import { describe, expect, it } from 'vitest';
import {
  buildCheckpoint,
  createEngine,
  resetPositions,
  type BatchRequest,
  type EngineOptions,
} from '../../../engine/index.ts';

const checkpoint = buildCheckpoint({ preset: 'v4-tiny', seed: 'session' });
const prompt = (seed: number, length: number): number[] =>
  Array.from({ length }, (_, i) => (seed * 31 + i * 17 + ((i * i) % 11)) % 256);
const request = (id: string, seed: number, length: number, change: Partial<BatchRequest> = {}): BatchRequest => ({
  id,
  tokenIds: prompt(seed, length),
  maxTokens: 5,
  keepLogits: true,
  ...change,
});
const probe = request('probe', 1, 37);
const mates = [request('a', 2, 5), request('b', 3, 64), request('c', 4, 21)];
/** The probe's logits in a run of its own session. */
const logitsOf = (requests: readonly BatchRequest[], options: EngineOptions): Float32Array => {
  const results = createEngine(checkpoint, options).openSession().run(requests);
  return results.find(({ id }) => id === 'probe')!.logits!;
};

describe('a session', () => {
  it.each(['f32', 'f32-kvq', 'w8a8', 'bf16'] as const)(
    'in %s gives a request the same bits alone, in any batch and row, with any chunk size, and queued',
    (precision) => {
      const alone = logitsOf([probe], { precision });
      expect(logitsOf([probe, ...mates], { precision, chunkSize: 7 })).toEqual(alone);
      expect(logitsOf([...mates, probe], { precision, chunkSize: 1000 })).toEqual(alone);
      expect(logitsOf([...mates, probe], { precision, maxBatch: 2, chunkSize: 16 })).toEqual(alone);
    },
  );

  it('returns what scoring the same tokens returns', () => {
    const engine = createEngine(checkpoint);
    const forcedTokenIds = prompt(9, 6);
    const rows: Float32Array[] = [];
    const [result] = engine
      .openSession()
      .run([
        { ...probe, forcedTokenIds, scoreLastPositions: 10, onPromptLogits: (logits) => rows.push(logits.slice()) },
      ]);
    const vocab = engine.vocabSize;
    const prompted = engine.score(probe.tokenIds).logits;
    expect(rows.flatMap((r) => [...r])).toEqual([...prompted]);
    expect(result.promptLogits).toEqual(prompted.slice(-10 * vocab));
    const whole = engine.score([...probe.tokenIds, ...forcedTokenIds]).logits;
    const from = (probe.tokenIds.length - 1) * vocab;
    expect(result.forcedLogits).toEqual(whole.slice(from, from + 6 * vocab));
    expect(result.logits).toEqual(
      engine.score([...probe.tokenIds, ...result.tokenIds]).logits.slice(from, from + 5 * vocab),
    );
  });

  it('gives its memory back when it is closed: the next one uses it, with the same bits, and the closed one refuses', () => {
    const engine = createEngine(checkpoint, { precision: 'bf16' });
    const first = engine.openSession();
    const [before] = first.run([probe]);
    first.close();
    expect(() => first.run([probe])).toThrow('request probe: expected an open session, got a closed one');
    const second = engine.openSession();
    // another request dirties what the first one left
    second.run(mates);
    second.close();
    expect(engine.openSession().run([probe])[0].logits).toEqual(before.logits);
  });

  it('counts steps, rows, later chunks and reused slots', () => {
    const session = createEngine(checkpoint, { maxBatch: 2, chunkSize: 16 }).openSession();
    session.run([probe, ...mates]);
    expect(session.counters).toMatchObject({ maxActiveRows: 2, slotReuses: 2, laterChunks: 2 + 0 + 3 + 1 });
  });

  it('stops at a stop token and at maxTokens, and can produce nothing', () => {
    const engine = createEngine(checkpoint);
    const { tokenIds } = engine.generate(probe);
    const first = tokenIds.indexOf(tokenIds[2]);
    expect(engine.generate({ ...probe, stopTokenIds: [tokenIds[2]] })).toMatchObject({
      tokenIds: tokenIds.slice(0, first + 1),
      finishReason: 'stop',
    });
    expect(engine.generate({ ...probe, maxTokens: 0 })).toMatchObject({ tokenIds: [], finishReason: 'length' });
  });

  it.each<[Partial<BatchRequest>, RegExp]>([
    [{ tokenIds: [] }, /tokenIds: expected at least one token/],
    [{ tokenIds: [320] }, /tokenIds\[0\]: expected a token id from 0 to 319, got 320/],
    [{ maxTokens: 1.5 }, /maxTokens/],
    [{ maxTokens: 1e6 }, /at most 8192 positions/],
    [{ temperature: -1 }, /temperature/],
    [{ topP: 0 }, /topP/],
    [{ seed: -1 }, /seed/],
  ])('refuses %j and stays usable', (change, message) => {
    const session = createEngine(checkpoint).openSession();
    expect(() => session.run([{ ...probe, ...change }])).toThrow(message);
    expect(session.run([probe])).toHaveLength(1);
  });
});

describe('a deliberate non-invariance', () => {
  const alike = [1, 2, 3].map((n) => request(`mate-${n}`, 10 + n, 37));

  it('split-KV by batch changes decode bits with the batch, never the prompt’s', () => {
    const options: EngineOptions = { keyBlock: 4, splitPolicy: { kind: 'flashmla', multiprocessors: 8, overhead: 1 } };
    const vocab = createEngine(checkpoint).vocabSize;
    const alone = logitsOf([probe], options);
    const batched = logitsOf([probe, ...alike], options);
    expect(batched).not.toEqual(alone);
    expect(batched.slice(0, vocab)).toEqual(alone.slice(0, vocab));
    for (let i = 0; i < vocab; i++) expect(Math.abs(batched[i] - alone[i])).toBeLessThan(1e-3);
  });

  it('split-K by token count in the hyper-connections changes bits with the batch', () => {
    const options: EngineOptions = { mhcSplitK: { kind: 'by-token-count', multiprocessors: 8, tokenBlock: 1 } };
    expect(logitsOf([probe, ...alike], options)).not.toEqual(logitsOf([probe], options));
  });

  it('a slot that keeps compressor tails lets one request’s content into the next; the correct reset does not', () => {
    const after = (content: number, options: EngineOptions): Float32Array => {
      const session = createEngine(checkpoint, { maxBatch: 1, ...options }).openSession();
      session.run([request('before', content, 40)]);
      return session.run([probe])[0].logits!;
    };
    const leaky: EngineOptions = { parts: { stateReset: resetPositions } };
    expect(after(5, leaky)).not.toEqual(after(6, leaky));
    expect(after(5, {})).toEqual(after(6, {}));
    expect(after(5, {})).toEqual(logitsOf([probe], {}));
  });
});
