import { describe, expect, it } from 'vitest';
import { arrival } from '../../perturbations/index.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

const jobs = (options: object = {}, cases = 4) => expand(arrival, inputOf(arrival, sampleCases(cases), options));

describe('arrival', () => {
  it('has one wave at once, two with arrivals apart, and one request a wave at the end', () => {
    const arrivals = jobs({ requests: 3, everySteps: 5 }, 3).map(({ level, job }) => [
      level.id,
      job.waves.map((wave) => wave.map(({ id, arrivalStep = 0 }) => `${id}@${arrivalStep}`)),
    ]);
    expect(arrivals).toEqual([
      ['none', [['case-0@0', 'case-1@0', 'case-2@0']]],
      ['staggered', [['case-0@0', 'case-1@5', 'case-2@10']]],
      ['reversed', [['case-0@10', 'case-1@5', 'case-2@0']]],
      ['trickled', [['case-0@0'], ['case-1@0'], ['case-2@0']]],
    ]);
  });

  it('keeps one session, owes equal bits, and never sends one request of a wave again', () => {
    for (const { level, job } of jobs()) {
      expect(job.sessions).toBe('one');
      expect(job.requestRetry).toBe('forbidden');
      expect(level.promise).toBe('bit-equal');
    }
  });

  it('fills the last group with mates', () => {
    const last = jobs({ requests: 3 }, 4).filter(({ unit }) => unit.caseIds[0] === 'case-3');
    expect(last[0].job.waves.flat().map(({ role }) => role)).toEqual(['probe', 'mate', 'mate']);
  });

  it('wants proof of shared steps, and of a slot taken over where requests follow each other', () => {
    const [, staggered, , trickled] = jobs().map(({ level }) => level);
    expect(arrival.evidenceProblem(staggered, { maxActiveRows: 1 })).toContain('maxActiveRows is 1');
    expect(arrival.evidenceProblem(staggered, { maxActiveRows: 2 })).toBeNull();
    expect(arrival.evidenceProblem(trickled, { maxActiveRows: 1, slotReuses: 0 })).toContain('slotReuses is 0');
    expect(arrival.evidenceProblem(trickled, {})).toContain('does not report slotReuses');
    expect(arrival.evidenceProblem(trickled, { slotReuses: 3 })).toBeNull();
  });
});
