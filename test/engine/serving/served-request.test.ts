import { describe, expect, it } from 'vitest';
import { createEngine, createFingerprintTap, createEventLog, firstDifference } from '../../../engine/index.ts';
import type { BatchRequest, EngineOptions } from '../../../engine/index.ts';
import {
  aloneBits,
  bitsOf,
  openSession,
  promptOf,
  requestOf,
  resultOf,
  servingCheckpoint,
} from '../../support/serving-runs.ts';

describe('lengths around every border', () => {
  // ratios 4 and 16, window 16, top-k 8 entries of 4 tokens, page 64, chunk 20, chunk + window
  const borders = [4, 8, 16, 20, 32, 36, 64];
  const lengths = [...new Set(borders.flatMap((b) => [b - 1, b, b + 1]))];

  it.each(lengths)(
    'a prompt of %i tokens has the same bits alone, in a batch, in chunks, cached and with drafts',
    (length) => {
      const request = requestOf('probe', 3, length, { maxTokens: 6 });
      const alone = aloneBits(request, { chunkSize: 4096 });
      const options: EngineOptions[] = [{ chunkSize: 20 }, { chunkSize: 1 }, { draftTokens: 2 }, { audit: true }];
      for (const option of options) expect(aloneBits(request, option)).toBe(alone);
      const mates = [requestOf('a', 4, 31), requestOf('b', 5, length)];
      expect(bitsOf(resultOf(openSession().run([mates[0], request, mates[1]]), 'probe'))).toBe(alone);
      for (const windowPolicy of [{ kind: 'full' }, { kind: 'zero' }] as const) {
        const session = openSession({ prefixCache: true, pageTokens: 16, windowPolicy });
        for (let i = 0; i < 2; i++) expect(bitsOf(session.run([request])[0])).toBe(alone);
      }
    },
  );
});

describe('sampling', () => {
  const sampled: Partial<BatchRequest> = { temperature: 1, topP: 0.95, seed: 77, maxTokens: 12 };
  const probe = requestOf('probe', 1, 33, sampled);

  it('draws the same tokens for a seed whatever the neighbours, the row, preemption and drafts', () => {
    const alone = aloneBits(probe);
    const mates = [requestOf('a', 2, 20, { ...sampled, seed: 5 }), requestOf('b', 3, 40)];
    expect(bitsOf(resultOf(openSession().run([...mates, probe]), 'probe'))).toBe(alone);
    expect(bitsOf(resultOf(openSession({ draftTokens: 2 }).run([probe, ...mates]), 'probe'))).toBe(alone);
    const tight = openSession({ pageTokens: 16, hotPages: 5, chunkSize: 16 });
    expect(bitsOf(resultOf(tight.run([requestOf('old', 9, 30, { maxTokens: 20 }), probe]), 'probe'))).toBe(alone);
    expect(tight.counters.preemptions).toBeGreaterThan(0);
    expect(aloneBits({ ...probe, seed: 78 })).not.toBe(alone);
  });

  it('draws no number at all when greedy', () => {
    const session = openSession({
      draftTokens: 1,
      parts: {
        samplerRng: () => {
          throw new Error('drew a number');
        },
      },
    });
    expect(session.run([requestOf('greedy', 1, 20)])[0].tokenIds).toHaveLength(5);
  });

  it('keeps to the allowed tokens, also in the slot of a request that had others', () => {
    const session = openSession({ maxBatch: 1 });
    const masked = { ...probe, allowedTokenIds: [65, 66] };
    expect(new Set(session.run([masked])[0].tokenIds).size).toBeLessThanOrEqual(2);
    expect(bitsOf(session.run([probe])[0])).toBe(aloneBits(probe));
  });
});

describe('text, log-probabilities and the end of a request', () => {
  const probe = requestOf('probe', 1, 40, { maxTokens: 20 });

  it('streams pieces that join to the text of the result', () => {
    const pieces: string[] = [];
    const [result] = openSession({ draftTokens: 2 }).run([{ ...probe, onText: (piece) => pieces.push(piece) }]);
    expect(pieces.join('')).toBe(result.text);
    expect(result.text.length).toBeGreaterThan(0);
  });

  it('ends before a stop string that several tokens make', () => {
    const [free] = openSession().run([probe]);
    const stop = free.text.slice(3, 6);
    const [ended] = openSession().run([{ ...probe, stop: [stop] }]);
    expect(ended.finishReason).toBe('stop');
    expect(ended.text).toBe(free.text.slice(0, free.text.indexOf(stop)));
    expect(ended.tokenIds).toEqual(free.tokenIds.slice(0, ended.tokenIds.length));
  });

  it('gives log-probabilities that a teacher-forced recompute gives', () => {
    const [result] = openSession({ chunkSize: 7 }).run([{ ...probe, topLogprobs: 3, promptLogprobs: 2 }]);
    const { logits } = createEngine(servingCheckpoint).score([...probe.tokenIds, ...result.tokenIds]);
    const vocab = 320;
    const [again] = openSession().run([
      { ...probe, id: 'forced', tokenIds: [...probe.tokenIds, ...result.tokenIds], maxTokens: 0, promptLogprobs: 3 },
    ]);
    const forced = again.promptLogprobs!;
    expect(forced).toHaveLength(probe.tokenIds.length + 20 - 1);
    expect(result.promptLogprobs!.map(({ logprob }) => logprob)).toEqual(
      forced.slice(0, 39).map(({ logprob }) => logprob),
    );
    expect(result.logprobs).toEqual(forced.slice(39).map(({ logprob }) => logprob));
    expect(result.topLogprobs).toEqual(forced.slice(39).map(({ top }) => top));
    expect(result.logits).toEqual(logits.slice(39 * vocab, 59 * vocab));
  });

  it('aborts a request anywhere, and the others go on undisturbed', () => {
    const alone = aloneBits(probe);
    for (const ticks of [0, 1, 2, 6]) {
      const session = openSession({ maxBatch: 2, chunkSize: 16, prefixCache: true, pageTokens: 16 });
      const kept = session.submit(probe);
      const gone = session.submit(requestOf('gone', 2, 50, { maxTokens: 30 }));
      session.submit(requestOf('third', 3, 20));
      for (let i = 0; i < ticks; i++) session.tick();
      expect(session.abort('gone')).toBe(true);
      expect(session.abort('gone')).toBe(false);
      while (!session.idle) session.tick();
      expect(bitsOf(kept.result())).toBe(alone);
      expect(gone.result().finishReason).toBe('abort');
      expect(session.counters.aborts).toBe(1);
    }
  });

  it('refuses a request that the page cache can never hold, naming what to change', () => {
    const session = openSession({ pageTokens: 16, hotPages: 2 });
    expect(() => session.run([requestOf('long', 1, 60)])).toThrow(
      /at most 2 pages of 16 tokens.*need 5; raise hotPages/,
    );
    expect(session.run([requestOf('short', 1, 10)])).toHaveLength(1);
  });

  it('answers every one of several requests that share an id', () => {
    const results = openSession().run([probe, { ...probe, tokenIds: promptOf(8, 30) }]);
    expect(bitsOf(results[0])).toBe(aloneBits(probe));
    expect(bitsOf(results[1])).toBe(aloneBits({ ...probe, tokenIds: promptOf(8, 30) }));
  });
});

describe('what the engine shows of itself', () => {
  it('has equal fingerprints for equal runs, and finds a changed op at its place', () => {
    const prints = (options: EngineOptions, tokens: readonly number[]) => {
      const tap = createFingerprintTap();
      createEngine(servingCheckpoint, options).score(tokens, { tap: tap.tap });
      return tap.fingerprints;
    };
    const tokens = promptOf(1, 40);
    const base = prints({}, tokens);
    expect(firstDifference(base, prints({ chunkSize: 1000 }, tokens))).toBeNull();
    expect(new Set(base.map(({ op }) => op))).toContain('layers.2.attn.indexer.topk');
    const changed = [...tokens.slice(0, 30), (tokens[30] + 1) % 256, ...tokens.slice(31)];
    expect(firstDifference(base, prints({}, changed))).toEqual({ op: 'embed', position: 30 });
    const kv = firstDifference(base, prints({ records: 'v4-rope-f32' }, tokens));
    expect(kv?.op).toBe('layers.0.attn.kv');
    expect(firstDifference(base, prints({ indexScores: 'bf16' }, tokens))?.op).toBe('layers.2.attn.indexer.scores');
  });

  it('logs what scheduler, cache and tiers did, in order', () => {
    const log = createEventLog(1000);
    const session = openSession({ events: log.sink, prefixCache: true, pageTokens: 16, hotPages: 9, chunkSize: 16 });
    session.run([requestOf('old', 3, 60, { maxTokens: 30 }), requestOf('young', 1, 70)]);
    const kinds = log.events().map(({ kind }) => kind);
    for (const kind of ['admit', 'preempt', 'copy-start', 'copy-end', 'prefix-hit', 'restore'])
      expect(kinds).toContain(kind);
    expect(kinds.indexOf('copy-start')).toBeLessThan(kinds.indexOf('copy-end'));
  });
});
