import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConcealer, withoutOutputs } from '../../../harness/audit/index.ts';
import type { Observation } from '../../../harness/schema/index.ts';
import { createJob, createObservation, createUnit, fakeResult } from '../../support/run-records.ts';

function observationOf(text: string, canary: string | null): Observation {
  const unit = createUnit(0);
  const { record } = fakeResult(createJob(unit, unit.levels[0]));
  return createObservation(unit.id, {
    levels: [{ ...record, requests: record.requests.map((request) => ({ ...request, text, canary })) }],
  });
}

const requestOf = (observation: Observation) => observation.levels[0].requests[0];

describe('concealed observations', () => {
  const conceal = createConcealer('seed', ['cobalt fig 913', 'cobalt fig 91']);

  it('have the same hash in the place of a canary and of every text that repeats it, in any letter case', () => {
    const { canary, text } = requestOf(
      conceal(observationOf('It is COBALT Fig 913, İ said cobalt fig 91.', 'cobalt fig 913')),
    );
    expect(canary).toMatch(/^hmac-[0-9a-f]{24}$/);
    expect(text).toMatch(/^It is hmac-[0-9a-f]{24}, İ said hmac-[0-9a-f]{24}\.$/);
    expect(text).toContain(canary);
    expect(text.match(/hmac-[0-9a-f]+/g)?.[1]).not.toBe(canary);
  });

  it('depend on the seed: a hash says nothing to who does not know it', () => {
    const other = createConcealer('other', ['cobalt fig 913']);
    const seen = [conceal, other].map((one) => requestOf(one(observationOf('', 'cobalt fig 913'))).canary);
    expect(seen[0]).not.toBe(seen[1]);
  });

  it('leave every other text as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.toLowerCase().includes('cobalt'));
        expect(requestOf(conceal(observationOf(text, null))).text).toBe(text);
      }),
    );
  });
});

describe('observations without outputs', () => {
  it('have digests in the place of text and token ids, and no text at all', () => {
    const line = withoutOutputs(observationOf('abc', 'secret words'));
    expect(line.levels[0].requests[0]).toMatchObject({
      textSha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      producedTokens: 2,
    });
    expect(JSON.stringify(line)).not.toMatch(/secret|"text"|"tokenIds"/);
  });
});
