/**
 * What every perturbation owes, run over every member of the registry.
 * @module
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  identifier,
  level as levelSchema,
  unit as unitSchema,
  type Perturbation,
  type PlannedRequest,
} from '../../harness/schema/index.ts';
import { perturbationOptions, perturbations } from '../../perturbations/index.ts';
import {
  BEGIN,
  byteTokenizer,
  expand,
  inputOf,
  pairTokenizer,
  promptTokens,
  requestsOf,
  sampleCase,
  sampleCases,
} from '../support/perturbation-sample.ts';

const members = perturbations.map((member) => [member.id, member as unknown as Perturbation] as const);
const tokenizers = [byteTokenizer, pairTokenizer];

/** Options that each member has to refuse. */
const REFUSED: Readonly<Record<string, readonly object[]>> = {
  arrival: [{ requests: 1 }, { requests: 65 }, { everySteps: 0 }, { schedules: [] }, { schedules: ['late'] }],
  'batch-content': [{ mates: 0 }, { mates: 64 }, { swaps: 0 }, { swaps: 9 }, { canaryBits: 8 }, { mates: 1.5 }],
  'batch-size': [
    { sizes: [2, 4] },
    { sizes: [1, 65] },
    { sizes: [1, 2, 2] },
    { sizes: [1] },
    { lengths: [] },
    { lengths: ['long'] },
    { rowPositions: 1 },
  ],
  'boundary-length': [
    { borders: [] },
    { borders: [1] },
    { borders: [4, 4] },
    { chunk: 0 },
    { compare: [] },
    { compare: ['cold'] },
  ],
  'cache-policy': [{ cases: 1 }, { cases: 65 }, { states: [] }, { states: ['cold'] }, { states: ['warm', 'warm'] }],
  'cache-salt': [
    { askers: [] },
    { askers: ['same-salt'] },
    { states: [] },
    { states: ['cold'] },
    { states: ['warm', 'warm'] },
    { crowd: 1 },
    { crowdTokens: 0 },
  ],
  'chunk-size': [{ control: 0 }, { sizes: [] }, { sizes: [0] }, { sizes: [4, 4] }, { sizes: [65_537] }],
  concurrency: [{ inFlight: [] }, { inFlight: [1] }, { inFlight: [65] }, { inFlight: [4, 4] }],
  memory: [{ settings: [] }, { settings: ['on'] }, { settings: ['off', 'off'] }],
  needle: [
    { lengths: [] },
    { lengths: [63] },
    { lengths: [64, 64] },
    { depths: [] },
    { depths: [1.1] },
    { depths: [0.5, 0.501] },
    { window: -1 },
    { question: '' },
    { canaryBits: 8 },
  ],
  precision: [{ levels: ['f32'] }, { levels: ['f32', 'f32'] }, { levels: ['f32', 'fp4'] }],
  'prefill-decode': [{ draftTokens: -1 }, { draftTokens: 17 }],
  'prior-content': [{ mates: 0 }, { mates: 64 }, { swaps: 0 }, { canaryBits: 500 }],
  'prompt-order': [{ parts: [] }, { parts: ['query'] }, { parts: ['rule', 'rule'] }, { shuffles: 0 }, { shuffles: 17 }],
  repeat: [{ times: 1 }, { times: 65 }, { times: 2.5 }],
  'request-order': [{ requests: 1 }, { requests: 65 }, { rows: 1 }, { shuffles: -1 }, { shuffles: 17 }],
  'side-channels': [{ owners: 0 }, { owners: 64 }, { canaryBits: 8 }],
  residue: [{ pushers: 0 }, { pushers: 65 }, { canaryBits: 8 }],
  restart: [{ kinds: [] }, { kinds: ['host'] }, { kinds: ['new-session', 'new-session'] }],
  schedule: [
    { requests: 1 },
    { orders: 0 },
    { delaySteps: -1 },
    { chunk: 0 },
    { longTokens: 0 },
    { preemptions: [] },
    { preemptions: ['kill'] },
    { memoryPrefetch: 1 },
  ],
  seed: [{ temperature: 0 }, { mates: 0 }, { settings: [] }, { settings: ['alone'] }],
  speculative: [{ draftTokens: [] }, { draftTokens: [0] }, { draftTokens: [17] }, { draftTokens: [1, 1] }],
  streaming: [{ multiByte: 'yes' }],
  tokenization: [{ form: 'text' }],
  truncation: [
    { sides: [] },
    { sides: ['left'] },
    { keepShare: [0] },
    { keepShare: [1] },
    { keepShare: [0.5, 0.5] },
    { keepQuery: 'yes' },
  ],
};

describe('the registry of perturbations', () => {
  it('has every file of the folder, in tree order, each id once', () => {
    const files = readdirSync(join(import.meta.dirname, '../../perturbations'))
      .filter((name) => name.endsWith('.ts') && name !== 'index.ts')
      .map((name) => name.slice(0, -'.ts'.length));
    expect(members.map(([id]) => id)).toEqual(files.toSorted());
    expect(Object.keys(perturbationOptions)).toEqual(files.toSorted());
  });
});

describe.each(members)('%s', (id, perturbation) => {
  const cases = sampleCases(7);

  it('has an id, a title and a sentence', () => {
    expect(identifier.safeParse(id).success).toBe(true);
    expect(perturbation.title).not.toBe('');
    expect(perturbation.what).toMatch(/\.$/);
  });

  it('has defaults for all its options, which parse to themselves', () => {
    const defaults = perturbation.options.parse({});
    expect(perturbation.options.parse(defaults)).toEqual(defaults);
  });

  it('refuses options out of range and unknown options', () => {
    expect(REFUSED[id]?.length).toBeGreaterThan(0);
    for (const options of [...(REFUSED[id] ?? []), { unknown: 1 }, null, 3]) {
      expect(perturbation.options.safeParse(options).success, JSON.stringify(options)).toBe(false);
    }
  });

  it('makes the same cells and the same jobs twice, and changes nothing that it is given', () => {
    for (const tokenizer of tokenizers) {
      const frozen = deepFreeze(structuredClone(cases));
      const first = expand(perturbation, inputOf(perturbation, frozen, {}, tokenizer));
      const again = expand(perturbation, inputOf(perturbation, structuredClone(cases), {}, tokenizer));
      expect(again).toEqual(first);
      // Backwards, from an rng that was used before: nothing may hang on the order of calls.
      const input = inputOf(perturbation, cases, {}, tokenizer);
      input.rng.next();
      input.rng.fork('other').next();
      for (const { unit, level, job } of first.toReversed())
        expect(perturbation.job({ ...input, unit, level })).toEqual(job);
    }
  });

  it('makes cells that are valid units', () => {
    for (const { unit } of expand(perturbation, inputOf(perturbation, cases)))
      expect(unitSchema.parse(unit)).toEqual(unit);
  });

  it('has unique level ids in a unit, each reference before its level, and a control', () => {
    for (const cell of perturbation.cells(inputOf(perturbation, cases))) {
      const ids = cell.levels.map((level) => level.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(cell.levels.length).toBeGreaterThanOrEqual(2);
      expect(cell.levels[0].reference).toBeNull();
      for (const [index, level] of cell.levels.entries()) {
        expect(levelSchema.parse(level)).toEqual(level);
        if (level.reference !== null) expect(ids.slice(0, index)).toContain(level.reference);
      }
    }
  });

  it('keeps the meaning of a level id over all units: one axis, one reference, one promise', () => {
    const meanings = new Map<string, string>();
    for (const { level } of expand(perturbation, inputOf(perturbation, cases))) {
      const meaning = JSON.stringify([level.axis, level.reference, level.promise]);
      expect(meanings.get(level.id) ?? meaning).toBe(meaning);
      meanings.set(level.id, meaning);
    }
  });

  it('has unique request ids in a job, and a counterpart at the reference for every probe', () => {
    for (const tokenizer of tokenizers) {
      const expanded = expand(perturbation, inputOf(perturbation, cases, {}, tokenizer));
      for (const { unit, level, job } of expanded) {
        const ids = requestsOf(job).map((request) => request.id);
        expect(new Set(ids).size).toBe(ids.length);
        const reference = expanded.find((other) => other.unit === unit && other.level.id === level.reference);
        const known = new Set(
          reference === undefined
            ? ids
            : requestsOf(reference.job)
                .filter((request) => request.role === 'probe')
                .map((request) => request.id),
        );
        const probes = requestsOf(job).filter((request) => request.role === 'probe');
        expect(probes.length).toBeGreaterThan(0);
        for (const probe of probes) expect(known.has(probe.id)).toBe(true);
      }
    }
  });

  it('sends a probe the same prompt as its counterpart, unless drift is promised', () => {
    for (const tokenizer of tokenizers) {
      const expanded = expand(perturbation, inputOf(perturbation, cases, {}, tokenizer));
      for (const { unit, level, job } of expanded) {
        const reference = expanded.find((other) => other.unit === unit && other.level.id === level.reference);
        if (reference === undefined || level.promise === 'drift') continue;
        for (const probe of requestsOf(job).filter((request) => request.role === 'probe')) {
          const counterpart = requestsOf(reference.job).find((request) => request.id === probe.id);
          expect(prompted(probe)).toEqual(prompted(counterpart));
        }
      }
    }
  });

  it('probes every case in exactly one unit, and names only cases that it was given', () => {
    const expanded = expand(perturbation, inputOf(perturbation, cases));
    const unitsByCase = new Map<string, Set<unknown>>();
    for (const { unit, job } of expanded) {
      for (const request of requestsOf(job)) {
        expect(cases.some((testCase) => testCase.id === request.caseId)).toBe(true);
        if (request.role === 'probe')
          unitsByCase.set(request.caseId, (unitsByCase.get(request.caseId) ?? new Set()).add(unit));
      }
    }
    expect([...unitsByCase.keys()].toSorted()).toEqual(cases.map((testCase) => testCase.id));
    for (const units of unitsByCase.values()) expect(units.size).toBe(1);
  });

  it('has jobs of its unit and level, with no empty wave and no empty prompt', () => {
    for (const { unit, level, job } of expand(perturbation, inputOf(perturbation, cases))) {
      expect(job).toMatchObject({ unitId: unit.id, levelId: level.id });
      for (const wave of job.waves) expect(wave.length).toBeGreaterThan(0);
      for (const request of requestsOf(job)) expect(promptTokens(request).length).toBeGreaterThan(0);
    }
  });

  it('has at most one begin token in a prompt, in front', () => {
    for (const { level, job } of expand(perturbation, inputOf(perturbation, cases, {}, pairTokenizer))) {
      for (const request of requestsOf(job)) {
        const tokens = promptTokens(request, pairTokenizer);
        expect(tokens.lastIndexOf(BEGIN), level.id).toBeLessThanOrEqual(0);
      }
    }
  });

  it('estimates its cost exactly: requests, prompt tokens and the most it may produce', () => {
    const input = inputOf(perturbation, cases);
    for (const cell of perturbation.cells(input)) {
      const requests = expand(perturbation, input)
        .filter(({ unit }) => unit.caseIds.join() === cell.caseIds.join())
        .flatMap(({ job }) => requestsOf(job));
      const tokens = requests.reduce((sum, request) => sum + promptTokens(request).length + request.maxTokens, 0);
      expect(cell.cost).toEqual({ requests: requests.length, tokens });
    }
  });

  it('forces only a level that is its reference, and keeps logits of probes alone', () => {
    for (const { level, job } of expand(perturbation, inputOf(perturbation, cases))) {
      for (const request of requestsOf(job)) {
        expect([null, level.reference]).toContain(request.forcedFromLevel);
        const scored = request.role === 'probe' && request.promptLogits !== 'skipped';
        expect(request.scoreLastPositions).toBe(scored ? 8 : 0);
      }
    }
  });

  it('works with a single case of any use to it', () => {
    const one = [sampleCases(1)[0]];
    expect(perturbation.cells(inputOf(perturbation, one)).length).toBe(1);
  });

  it('refuses a unit whose case is not in the list', () => {
    const input = inputOf(perturbation, cases);
    const [{ unit, level }] = expand(perturbation, input);
    const others = [sampleCase('other', ['query', 'x'])];
    expect(() => perturbation.job({ ...input, cases: others, unit, level })).toThrow(RangeError);
  });
});

/** A request without what levels are there to change: when it arrives, under which salt, for which adapter, in which form it is
 * sent, how it is evaluated. */
function prompted(request: PlannedRequest | undefined): unknown {
  return {
    ...request,
    arrivalStep: 0,
    cacheSalt: '',
    adapter: '',
    ...(request?.evaluation === 'prefill' ? { forcedFromLevel: null } : {}),
    evaluation: 'decode',
    delivery: 'whole',
    promptForm: 'tokens',
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
