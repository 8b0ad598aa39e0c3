import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Perturbation, PlannedRequest } from '../../harness/schema/index.ts';
import { perturbations } from '../../perturbations/index.ts';
import { anyCases, byteTokenizer, expand, inputOf, pairTokenizer, requestsOf } from '../support/perturbation-sample.ts';

const members = perturbations.map((member) => [member.id, member as unknown as Perturbation] as const);

/** What is asked, without how it is served: when it arrives, which cache it may use, how the answer is computed and comes back. */
function askedOf(request: PlannedRequest | undefined): unknown {
  if (request === undefined) return undefined;
  const {
    arrivalStep: _a,
    cacheSalt: _s,
    adapter: _d,
    delivery: _y,
    evaluation: _e,
    forcedFromLevel: _f,
    promptForm: _p,
    ...asked
  } = request;
  return asked;
}

describe.each(members)('%s, for any cases', (_id, perturbation) => {
  it('has probes that have a counterpart, unique ids, and valid references', () => {
    fc.assert(
      fc.property(anyCases, fc.constantFrom(byteTokenizer, pairTokenizer), (cases, tokenizer) => {
        const probed = new Set<string>();
        for (const { unit, level, job } of expand(perturbation, inputOf(perturbation, cases, {}, tokenizer))) {
          const requests = requestsOf(job);
          expect(new Set(requests.map((request) => request.id)).size).toBe(requests.length);
          if (level.reference === null) continue;
          const reference = unit.levels.find((candidate) => candidate.id === level.reference);
          if (reference === undefined) throw new Error(`no level ${level.reference}`);
          const counterparts = requestsOf(
            perturbation.job({ ...inputOf(perturbation, cases, {}, tokenizer), unit, level: reference }),
          );
          for (const probe of requests.filter((request) => request.role === 'probe')) {
            probed.add(probe.caseId);
            const counterpart = counterparts.find((request) => request.id === probe.id);
            expect(counterpart?.role).toBe('probe');
            if (level.promise !== 'drift') expect(askedOf(probe)).toEqual(askedOf(counterpart));
          }
        }
        const drifting = ['prompt-order', 'truncation'].includes(perturbation.id);
        if (!drifting) expect(probed.size).toBe(cases.length);
      }),
      { numRuns: 60 },
    );
  });
});
