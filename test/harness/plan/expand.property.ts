import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandPlan, type PlanInput } from '../../../harness/plan/index.ts';
import type { Perturbation } from '../../../harness/schema/index.ts';
import { perturbations } from '../../../perturbations/index.ts';
import { byteTokenizer, generation, sampleCases } from '../../support/perturbation-sample.ts';

/** Those whose units hold one case; the others make groups, which a new case may join. */
const ONE_CASE = ['precision', 'prompt-order', 'repeat', 'truncation'];

const chosen = perturbations
  .filter(({ id }) => ONE_CASE.includes(id))
  .map((perturbation) => ({ perturbation, options: (perturbation as unknown as Perturbation).options.parse({}) }));
const all = sampleCases(8);
const idsFor = (cases: PlanInput['cases']): Map<string, string> =>
  new Map(
    expandPlan({
      cases,
      perturbations: chosen,
      tokenizer: byteTokenizer,
      generation,
      seed: 's',
      targetId: 't',
    }).units.map(({ id, perturbation, caseIds }) => [`${perturbation} ${caseIds.join()}`, id]),
  );
const whole = idsFor(all);

describe('the id of a unit', () => {
  it('stays when cases are added, taken away, or moved around it', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: 1 }), (cases) => {
        const some = idsFor(cases);
        expect(some.size).toBe(cases.length * ONE_CASE.length);
        for (const [unit, id] of some) expect(id).toBe(whole.get(unit));
      }),
    );
  });
});
