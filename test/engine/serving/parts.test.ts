import { describe, expect, it } from 'vitest';
import {
  assembleParts,
  PART_DEFAULTS,
  createEvictionPolicy,
  createWindowPolicy,
  resetPositions,
  SHARED_EXPERT,
  sha256PrefixKey,
  specifiedDispatch,
  specifiedRules,
  stagedTransport,
} from '../../../engine/index.ts';
import type { Client, EngineOptions, EngineParts, Session } from '../../../engine/index.ts';
import { bitsOf, openSession, promptOf, requestOf, resultOf } from '../../support/serving-runs.ts';

/** A scenario that walks every path: batches, chunks, sampling with a mask, prefix hits from all tiers, preemption, drafts. */
const OPTIONS: EngineOptions = {
  chunkSize: 10,
  pageTokens: 16,
  hotPages: 12,
  prefixCache: true,
  windowPolicy: { kind: 'periodic', everyTokens: 32 },
  preemption: 'swap',
  draftTokens: 2,
  copyDelaySteps: 1,
  maxBatch: 3,
};
const SAMPLED = { temperature: 1, seed: 5 };

function scenario(session: Session): string {
  const out: string[] = [];
  const take = (...requests: Parameters<Session['run']>[0][number][]): void => {
    for (const r of session.run(requests))
      out.push(`${r.id} ${bitsOf(r)} ${r.logprobs.join(',')} ${r.text} ${r.cachedTokens}`);
  };
  take(
    requestOf('a', 1, 100, { maxTokens: 30 }),
    requestOf('b', 2, 90, { maxTokens: 30 }),
    requestOf('c', 3, 21, SAMPLED),
  );
  take(requestOf('mask', 4, 30, { ...SAMPLED, allowedTokenIds: [70, 71, 72] }), requestOf('d', 5, 18));
  take(requestOf('e', 6, 19, SAMPLED), requestOf('tail', 1, 97), requestOf('short', 1, 65));
  take(
    requestOf('again', 1, 100, { tenant: 'other' }),
    requestOf('fork', 1, 100, { tokenIds: [...promptOf(1, 64), ...promptOf(8, 30)] }),
  );
  take(requestOf('x', 1, 100), requestOf('y', 1, 70, SAMPLED));
  take(requestOf('p', 9, 60), requestOf('q', 9, 60, { arrivalStep: 2 }));
  take(requestOf('same id', 10, 30), requestOf('same id', 11, 40), requestOf('r', 12, 20));
  return out.join('\n');
}

const run = (parts: Partial<EngineParts>, change: EngineOptions = {}): string =>
  scenario(openSession({ ...OPTIONS, ...change, parts }));

/** Each part, replaced by one that is wrong in the way real engines were: the result must change, or an error must name the matter. */
const WRONG: { readonly [K in keyof EngineParts]?: () => Partial<EngineParts> } = {
  splitPolicy: () => ({
    splitPolicy: { name: 'by batch', cuts: (requests) => requests.map(() => (requests.length > 1 ? [1] : [])) },
  }),
  mhcReduction: () => ({ mhcReduction: { name: 'by tokens', kBlock: (tokens, k) => (tokens > 4 ? k / 4 : k) } }),
  selection: () => ({
    selection: {
      name: 'first k',
      alwaysScores: false,
      select: (_s, _n, k) => ({ indices: Int32Array.from({ length: k }, (_, i) => i), tieAtBoundary: false }),
    },
  }),
  rules: () => ({ rules: { ...specifiedRules, visibleEntries: (position, ratio) => Math.floor(position / ratio) } }),
  expertDispatch: () => ({
    expertDispatch: {
      ...specifiedDispatch,
      combineOrder: (_routing, row) => Int32Array.of(SHARED_EXPERT, row % 2, 1 - (row % 2)),
    },
  }),
  inputNorm: () => ({ inputNorm: (_x, _w, _shape, sequence) => void (sequence.count === 1) }),
  tailCarry: () => ({ tailCarry: (state, sequence) => void (sequence.start > 0 && state.scores.fill(-Infinity)) }),
  records: () => {
    const { records } = assembleParts(
      { ...PART_DEFAULTS, records: 'v4' },
      { headDim: 512, ropeDim: 64, indexHeadDim: 128 },
    );
    return { records };
  },
  stateReset: () => ({ stateReset: resetPositions }),
  prefixKey: () => ({
    prefixKey: {
      ...sha256PrefixKey,
      keyOf: (parent, ids, domain) => sha256PrefixKey.keyOf(parent, ids, { ...domain, salt: '' }),
    },
  }),
  requestDomain: () => ({ requestDomain: () => ({ salt: '', adapter: '' }) }),
  windowPolicy: () => {
    const right = createWindowPolicy({ kind: 'full' }, 16);
    // a snapshot is there, but the stale window is kept instead of it
    return { windowPolicy: { ...right, start: (hit) => ({ snapshotAt: null, from: hit }) } };
  },
  pageReady: () => ({ pageReady: (tokens) => tokens > 0 }),
  evictionPolicy: () => ({
    evictionPolicy: {
      ...createEvictionPolicy('lru'),
      victim: (c) => [...c].find((o) => !o.moving) ?? null,
      mayLeave: () => true,
    },
  }),
  tierTransport: () => ({
    tierTransport: {
      name: 'zeros',
      begin: (job, scheduler) =>
        stagedTransport().begin({ ...job, read: () => job.read()?.fill(0) ?? null }, scheduler),
    },
  }),
  coldCodec: () => ({
    coldCodec: {
      name: 'drops the end',
      lossless: true,
      encode: (page) => page.slice().fill(0, page.length - 99),
      decode: (bytes) => bytes,
    },
  }),
  copyScheduler: () => ({
    // no copy ever completes, and none is known to be open: whoever waits, waits for nothing
    copyScheduler: () => ({ name: 'never', start: () => undefined, advance: () => false }),
  }),
  samplerRng: () => ({ samplerRng: (_seed, index, { slot }) => ((index * 7 + slot * 3) % 10) / 10 }),
  samplingRows: () => ({
    samplingRows: () => ({ place: () => undefined, clear: () => undefined, masked: (_slot, logits) => logits }),
  }),
  futureTokens: () => ({
    // a ring of one place, whatever the number of slots
    futureTokens: () => {
      const ring = [0];
      return { put: (_slot, token) => ((ring[0] = token), 0), take: () => ring[0] };
    },
  }),
  responseRoutes: () => ({
    // by the id that a client chose: the second of one name gets the answer of the first
    responseRoutes: () => {
      const clients = new Map<string, Client>();
      return {
        open: (_serial, id, client) => void clients.set(id, client),
        clientOf: (_serial, id) => clients.get(id) ?? null,
        close: (_serial, id) => void clients.delete(id),
      };
    },
  }),
  acceptDraft: () => ({ acceptDraft: () => true }),
  draftRollback: () => ({ draftRollback: () => undefined }),
  resumeTokens: () => ({ resumeTokens: (prompt, produced) => [...prompt, ...produced, ...produced.slice(-1)] }),
  logprobRow: () => ({ logprobRow: (row) => Math.max(0, row - 1) }),
  cachedTokensTold: () => ({ cachedTokensTold: () => 0 }),
  detokenizer: () => ({ detokenizer: { bytesOf: (id) => Uint8Array.of(id & 127) } }),
};

/** Parts whose other choices may not change a result: they are policies. */
const FREE: readonly (keyof EngineParts)[] = ['admissionOrder', 'preemptionVictim'];
/** Read before there is a request: see tokenizer/prompt-intake.test.ts. */
const BEFORE: readonly (keyof EngineParts)[] = ['promptIntake'];
/** Parts of the cold store: see test/engine/cache/kv-cache.test.ts. */
const KEPT: readonly (keyof EngineParts)[] = ['coldPrefixKey', 'coldStore'];
/** Parts of the conditional memory: see memory.test.ts. */
const MEMORY: readonly (keyof EngineParts)[] = ['memoryGate', 'ngramHistory', 'rowFetcher'];

describe('the parts of the engine', () => {
  const right = run({});

  it('give the same results twice, and the scenario walks the paths', () => {
    const session = openSession(OPTIONS);
    expect(scenario(session)).toBe(right);
    const { counters } = session;
    for (const name of [
      'preemptions',
      'swaps',
      'hits',
      'replayedTokens',
      'demotions',
      'promotions',
      'rollbacks',
      'laterChunks',
      'slotReuses',
      'topkSelections',
    ] as const)
      expect([name, counters[name] > 0]).toEqual([name, true]);
  });

  it.each(Object.entries(WRONG))('%s is a real seam: a wrong one changes results or is found', (name, wrong) => {
    // resuming by recompute has tokens to get wrong; the other scenario does not
    const change: EngineOptions = name === 'resumeTokens' ? { preemption: 'recompute', hotPages: 15 } : {};
    let got: string;
    try {
      got = run(wrong(), change);
    } catch (error) {
      got = `found: ${String(error)}`;
      expect(got).toMatch(/invariant|expected/);
    }
    expect(got).not.toBe(name === 'resumeTokens' ? run({}, change) : right);
  });

  it.each([
    ['admissionOrder', { admissionOrder: (waiting: readonly unknown[]) => waiting.length - 1 }],
    ['preemptionVictim', { preemptionVictim: () => 0 }],
    ['evictionPolicy', { evictionPolicy: createEvictionPolicy('fifo') }],
  ] as const)('%s is a policy: another choice gives the same tokens and logits', (_name, parts) => {
    const logits = (text: string): string[] => text.split('\n').map((line) => line.split(' ').slice(0, 3).join(' '));
    expect(logits(run(parts))).toEqual(logits(right));
  });

  it('are all tried here or where their room is tested', () => {
    const all = Object.keys(assembleParts(PART_DEFAULTS, { headDim: 512, ropeDim: 64, indexHeadDim: 128 }));
    expect([...Object.keys(WRONG), ...FREE, ...BEFORE, ...KEPT, ...MEMORY].sort()).toEqual(all.sort());
  });

  it('in audit mode find a stale window and a swapped page by name', () => {
    const audited = (parts: Partial<EngineParts>): string => {
      try {
        run(parts, { audit: true });
        return 'nothing found';
      } catch (error) {
        return String(error);
      }
    };
    expect(audited({})).toBe('nothing found');
    expect(audited(WRONG.tierTransport!())).toMatch(
      /AuditError: audit: request \w+, layer \d, [\w-]+, .*expected checksum/,
    );
    expect(audited(WRONG.prefixKey!())).toBe('nothing found');
    expect(resultOf(openSession({ audit: true }).run([requestOf('probe', 1, 9)]), 'probe').tokenIds).toHaveLength(5);
  });
});
