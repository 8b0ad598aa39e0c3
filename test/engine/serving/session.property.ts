import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRECISION_MODES } from '../../../engine/index.ts';
import type { BatchRequest, CopyScheduler, EngineOptions } from '../../../engine/index.ts';
import { aloneBits, bitsOf, openSession, promptOf, requestOf, resultOf } from '../../support/serving-runs.ts';

const probe = requestOf('probe', 1, 70);
const mates = (count: number, length = 24): BatchRequest[] =>
  Array.from({ length: count }, (_, i) =>
    requestOf(`mate-${i}`, 10 + i, length + (i % 7) * 5, { maxTokens: 3 + (i % 4) }),
  );
const inRun = (requests: readonly BatchRequest[], options: EngineOptions): string =>
  bitsOf(resultOf(openSession(options).run(requests), 'probe'));

describe.each(PRECISION_MODES)('in %s a request has the same bits', (precision) => {
  const alone = aloneBits(probe, { precision });

  it.each([2, 5, 16, 64])('in a batch of %i, at its first, middle and last row', (size) => {
    const others = mates(size - 1, size === 64 ? 6 : 24);
    for (const at of new Set([0, Math.floor((size - 1) / 2), size - 1])) {
      const requests = [...others.slice(0, at), probe, ...others.slice(at)];
      const session = openSession({ precision, maxBatch: size });
      expect(bitsOf(resultOf(session.run(requests), 'probe'))).toBe(alone);
      expect(session.counters.maxActiveRows).toBe(size);
    }
  });

  it('whenever it arrives and whoever arrives after it', () => {
    for (const arrivalStep of [0, 1, 3, 9]) {
      const others = mates(4).map((r, i) => ({ ...r, arrivalStep: i * 3 }));
      expect(inRun([...others, { ...probe, arrivalStep }], { precision, chunkSize: 16 })).toBe(alone);
    }
  });

  it.each([1, 3, 4, 5, 127, 128, 129, 4096])('at chunk size %i', (chunkSize) => {
    const session = openSession({ precision, chunkSize });
    expect(bitsOf(session.run([probe])[0])).toBe(alone);
    if (chunkSize < 70) expect(session.counters.laterChunks).toBeGreaterThan(0);
  });

  it('cold, warm and after churn in the prefix cache, whatever the exact window policy', () => {
    for (const windowPolicy of [{ kind: 'full' }, { kind: 'periodic', everyTokens: 32 }, { kind: 'zero' }] as const) {
      const options: EngineOptions = { precision, prefixCache: true, pageTokens: 16, windowPolicy, warmBytes: 1e8 };
      const session = openSession(options);
      const long = { ...requestOf('long', 1, 150), id: 'probe' };
      const cold = aloneBits(long, { precision });
      expect(bitsOf(session.run([long])[0])).toBe(cold);
      const warm = session.run([long])[0];
      expect(bitsOf(warm)).toBe(cold);
      expect(session.counters.hitBlocks).toBe(9);
      // a prompt of the same beginning and another end, then the first again
      session.run([...mates(6), { ...requestOf('other', 1, 100), tokenIds: [...promptOf(1, 80), ...promptOf(9, 40)] }]);
      expect(bitsOf(session.run([long])[0])).toBe(cold);
      expect(warm.cachedTokens).toBe(windowPolicy.kind === 'full' ? 144 : windowPolicy.kind === 'periodic' ? 128 : 48);
    }
  });

  it('after preemption by recompute and by swap', () => {
    for (const preemption of ['recompute', 'swap'] as const) {
      const options: EngineOptions = {
        precision,
        preemption,
        pageTokens: 16,
        hotPages: 9,
        warmBytes: 1e8,
        chunkSize: 16,
      };
      const session = openSession(options);
      const requests = [requestOf('old', 3, 60, { maxTokens: 30 }), requestOf('probe', 1, 70, { maxTokens: 5 })];
      expect(bitsOf(resultOf(session.run(requests), 'probe'))).toBe(alone);
      expect(session.counters.preemptions).toBeGreaterThan(0);
      if (preemption === 'swap') expect(session.counters.swaps).toBeGreaterThan(0);
    }
  });

  it.each([1, 2, 3])('with %i drafted tokens a step', (draftTokens) => {
    const long = { ...probe, maxTokens: 40 };
    const session = openSession({ precision, draftTokens });
    expect(bitsOf(resultOf(session.run([long, ...mates(2)]), 'probe'))).toBe(aloneBits(long, { precision }));
    expect(session.counters.rejectedDrafts).toBeGreaterThan(0);
    expect(session.counters.rollbacks).toBeGreaterThan(0);
  });

  it('in audit mode, which finds nothing', () => {
    const options: EngineOptions = { precision, audit: true, prefixCache: true, pageTokens: 16, draftTokens: 2 };
    const session = openSession(options);
    for (let i = 0; i < 2; i++) expect(bitsOf(resultOf(session.run([probe, ...mates(3)]), 'probe'))).toBe(alone);
    expect(session.counters.hitBlocks).toBeGreaterThan(0);
  });
});

describe('schedules', () => {
  const prompts = [
    requestOf('a', 1, 60, { maxTokens: 12 }),
    requestOf('b', 1, 50),
    requestOf('c', 2, 40),
    requestOf('d', 1, 60),
  ];
  const alone = new Map(prompts.map((r) => [r.id, aloneBits(r)]));

  it('give every request the same bits, in whatever order copies complete, requests arrive and others are aborted', async () => {
    const seen = { copies: 0, preemptions: 0, hits: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.tuple(fc.nat(prompts.length - 1), fc.nat(8)), { minLength: 3, maxLength: 6 }),
        fc.constantFrom('swap' as const, 'recompute' as const),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 12 }),
        fc.nat(30),
        async (s, arrivals, preemption, eager, abortAt) => {
          const copyScheduler = (): CopyScheduler => ({
            name: 'fast-check',
            start: (event, complete) =>
              void s.schedule(Promise.resolve(), `${event.label} ${event.phase}`).then(complete),
            advance: () => s.count() > 0,
          });
          const session = openSession({
            prefixCache: true,
            pageTokens: 16,
            hotPages: 8,
            warmBytes: 2_000_000,
            chunkSize: 16,
            maxBatch: 3,
            preemption,
            parts: { copyScheduler },
          });
          const served = arrivals.map(([prompt, arrivalStep]) => session.submit({ ...prompts[prompt], arrivalStep }));
          for (let tick = 0; !session.idle; tick++) {
            const outcome = session.tick();
            if (tick === abortAt) session.abort(prompts[0].id);
            // copies complete while nothing can go on, and now and then in between
            if (s.count() > 0 && (outcome === 'waiting' || eager[tick % eager.length])) await s.waitNext(1);
          }
          for (const r of served)
            if (r.finishReason !== 'abort') expect(bitsOf(r.result())).toBe(alone.get(r.request.id));
          await s.waitIdle();
          const { preemptions, hits, demotions } = session.counters;
          seen.copies += demotions;
          seen.preemptions += preemptions;
          seen.hits += hits;
        },
      ),
      { numRuns: 40 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
  });
});
