import { describe, expect, it } from 'vitest';
import { casesSha256, expandPlan, jobFor, planCost, planSha256, type PlanInput } from '../../../harness/plan/index.ts';
import { ConfigError } from '../../../harness/ports/index.ts';
import { plan as planSchema, type Case, type Perturbation, type Tokenizer } from '../../../harness/schema/index.ts';
import { perturbations } from '../../../perturbations/index.ts';
import { byteTokenizer, generation, sampleCase, sampleCases } from '../../support/perturbation-sample.ts';

const chosen = (id: string, options: unknown = {}) => {
  const perturbation = perturbations.find((member) => member.id === id);
  if (perturbation === undefined) throw new Error(id);
  return { perturbation, options: (perturbation as unknown as Perturbation).options.parse(options) };
};
const all = perturbations.map((perturbation) => chosen(perturbation.id));
const input: PlanInput = {
  cases: sampleCases(5),
  perturbations: all,
  tokenizer: byteTokenizer,
  generation,
  seed: 'evenkeel',
  targetId: 'reference-engine',
};
/** Other ids for the same bytes. */
const shiftedTokenizer: Tokenizer = {
  encode: (text) => byteTokenizer.encode(text).map((token) => token + 1),
  decode: (tokenIds) => byteTokenizer.decode(tokenIds.map((token) => token - 1)),
};

const ids = (changed: Partial<PlanInput> = {}): string[] =>
  expandPlan({ ...input, ...changed }).units.map((unit) => unit.id);

describe('expandPlan', () => {
  it('gives a valid plan whose units have different ids', () => {
    const plan = expandPlan(input);
    expect(planSchema.parse(plan)).toEqual(plan);
    expect(new Set(plan.units.map((unit) => unit.id)).size).toBe(plan.units.length);
    expect(plan.planSha256).toBe(planSha256(plan.units));
  });

  it('gives the same plan for the same input', () => {
    expect(JSON.stringify(expandPlan(structuredCloneInput()))).toBe(JSON.stringify(expandPlan(input)));
  });

  it('keeps its ids from version to version', () => {
    // Pinned. When this moves, stored runs no longer match: say so in the commit.
    expect(ids({ cases: sampleCases(1), perturbations: [chosen('repeat'), chosen('truncation')] })).toEqual(PINNED);
  });

  it('orders units by perturbation, then by case', () => {
    const units = expandPlan({ ...input, perturbations: [chosen('repeat'), chosen('precision')] }).units;
    expect(units.map((unit) => [unit.perturbation, unit.caseIds[0]])).toEqual(
      ['repeat', 'precision'].flatMap((id) => input.cases.map((testCase) => [id, testCase.id])),
    );
  });

  it.each<[string, Partial<PlanInput>]>([
    ['the seed', { seed: 'other' }],
    ['the target', { targetId: 'other' }],
    ['the generation settings', { generation: { ...generation, maxTokens: 5 } }],
    ['the text of every case', { cases: sampleCases(5).map((testCase) => changedText(testCase)) }],
    [
      'the tokenizer',
      {
        tokenizer: shiftedTokenizer,
        perturbations: [chosen('truncation')],
      },
    ],
  ])('changes every id with %s', (_name, changed) => {
    const before = new Set(ids(changed.perturbations === undefined ? {} : { perturbations: changed.perturbations }));
    expect(ids(changed).filter((id) => before.has(id))).toEqual([]);
  });

  it('changes the ids of a perturbation with its options, and no others', () => {
    const plan = (times: number) =>
      expandPlan({ ...input, perturbations: [chosen('repeat', { times }), chosen('precision')] }).units;
    const [two, three] = [plan(2), plan(3)];
    for (const [index, unit] of two.entries())
      expect(unit.id === three[index].id).toBe(unit.perturbation === 'precision');
  });

  it('does not change an id with title or tags, nor when another case is added', () => {
    const single = [chosen('repeat'), chosen('prompt-order'), chosen('truncation'), chosen('precision')];
    const labelled = input.cases.map((testCase): Case => ({ ...testCase, title: 'T', tags: ['t'] }));
    expect(ids({ cases: labelled })).toEqual(ids());
    const before = ids({ perturbations: single });
    const after = ids({
      perturbations: single,
      cases: [sampleCase('first', ['rule', 'A'], ['rule', 'B'], ['query', 'Q']), ...input.cases],
    });
    expect(before.filter((id) => !after.includes(id))).toEqual([]);
  });

  it('tells apart two groups of the same cases in which other cases are probes', () => {
    const [a, b, c] = sampleCases(3);
    const batch = { perturbations: [chosen('batch-size', { sizes: [1, 3] })] };
    const probes = (cases: readonly Case[]) =>
      expandPlan({ ...input, ...batch, cases }).units.find(
        (unit) => unit.caseIds.join() === [c, a, b].map((testCase) => testCase.id).join(),
      );
    const wrapped = probes([a, b, sampleCase('x', ['query', 'x']), c]);
    const whole = probes([c, a, b]);
    expect(wrapped?.caseIds).toEqual(whole?.caseIds);
    expect(wrapped?.id).not.toBe(whole?.id);
  });

  it('refuses a perturbation that applies to none of the cases', () => {
    const cases = [sampleCase('plain', ['query', 'Only a query'])];
    expect(() => expandPlan({ ...input, cases })).toThrow(ConfigError);
    expect(() => expandPlan({ ...input, cases })).toThrow(
      'perturbations.prompt-order: expected at least one case that it applies to, got none of 1. Take the perturbation out, or add a case that has the parts it changes.\nperturbations.truncation: ',
    );
  });

  it('refuses case ids that are used twice, and a run of nothing', () => {
    expect(() => expandPlan({ ...input, cases: [...input.cases, input.cases[0]] })).toThrow(RangeError);
    expect(() => expandPlan({ ...input, perturbations: [] })).toThrow(RangeError);
  });
});

describe('jobFor', () => {
  it('makes the requests of every level again', () => {
    for (const unit of expandPlan(input).units) {
      for (const level of unit.levels) {
        const job = jobFor(input, unit, level);
        expect(job).toMatchObject({ unitId: unit.id, levelId: level.id });
        expect(jobFor(structuredCloneInput(), unit, level)).toEqual(job);
      }
    }
  });

  it('refuses a unit of a perturbation that is not in the input', () => {
    const [unit] = expandPlan(input).units;
    expect(() => jobFor({ ...input, perturbations: [chosen('repeat')] }, unit, unit.levels[0])).toThrow(RangeError);
  });
});

describe('planCost', () => {
  it('adds up what the jobs send', () => {
    const plan = expandPlan(input);
    const jobs = plan.units.flatMap((unit) => unit.levels.map((level) => jobFor(input, unit, level)));
    expect(planCost(plan)).toEqual({
      units: plan.units.length,
      levels: jobs.length,
      requests: jobs.flatMap((job) => job.waves.flat()).length,
      tokens: plan.units.reduce((sum, unit) => sum + unit.cost.tokens, 0),
    });
  });
});

describe('casesSha256', () => {
  it('depends on ids, labels, texts and order', () => {
    const cases = sampleCases(3);
    const digests = [
      casesSha256(cases),
      casesSha256(cases.toReversed()),
      casesSha256(cases.slice(1)),
      casesSha256(cases.map(changedText)),
      casesSha256(cases.map((testCase) => ({ ...testCase, id: `${testCase.id}x` }))),
      casesSha256(
        cases.map((testCase) => ({
          ...testCase,
          parts: testCase.parts.map((part) => ({ ...part, label: 'record' as const })),
        })),
      ),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});

function changedText(testCase: Case): Case {
  return { ...testCase, parts: testCase.parts.map((part) => ({ ...part, text: `${part.text}!` })) };
}

function structuredCloneInput(): PlanInput {
  return { ...input, cases: structuredClone(input.cases), generation: { ...generation } };
}

const PINNED = ['u-bcb3202d06ec023a', 'u-1f1a7b0f2a2eb3d1'];
