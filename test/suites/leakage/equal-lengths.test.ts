import { describe, expect, it } from 'vitest';
import type { RequestObservation } from '../../../harness/schema/index.ts';
import { leakageSuite } from '../../../suites/leakage/index.ts';
import { createRun, createShelf } from '../../support/observations.ts';

type Count = number | null;

/** A probe whose output changes when its mate says something else; the mate is `before`, then `after` tokens long. */
function analyse(before: Count, after: Count) {
  const shelf = createShelf();
  const probe = (text: string): RequestObservation => shelf.request({ id: 'p1', tokenIds: [], text });
  const mate = (promptTokens: Count): RequestObservation => ({
    ...shelf.request({ id: 'm1', role: 'mate', caseId: 'case-2', canary: 'amber oak 204' }),
    promptTokens,
  });
  const levels = { none: [probe('one'), mate(before)], swapped: [probe('two'), mate(after)] };
  const [row] = leakageSuite.analyse(
    createRun({
      units: [{ levels, counters: { maxActiveRows: 2 } }],
      promise: 'content-independent',
      axis: 'content-swap',
      loadLogits: shelf.loadLogits,
    }),
  );
  return row;
}

describe('content-independence over a server', () => {
  it('is broken by a difference where the other request is as long as before', () => {
    expect(analyse(7, 7)).toMatchObject({ contentDependent: { equal: 0, n: 1 }, evidenceProblem: null });
  });

  it('says nothing where the other request has other tokens in number: content and length changed together', () => {
    const row = analyse(7, 8);
    expect(row.contentDependent).toMatchObject({ n: 0, failureRateHigh: null });
    expect(row.evidenceProblem).toMatch(/m1 has 7 prompt tokens at level none and 8 at level swapped/);
    // a canary is looked for at any length
    expect(row.canaries.outputs).toBeGreaterThan(0);
  });

  it('says nothing where the server does not count', () => {
    const row = analyse(null, null);
    expect(row.contentDependent.n).toBe(0);
    expect(row.evidenceProblem).toMatch(/does not count the prompt tokens of 1 requests/);
  });
});
