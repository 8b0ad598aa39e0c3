import { describe, expect, it } from 'vitest';
import { restart } from '../../perturbations/index.ts';
import { runPerturbation, told } from '../support/perturbation-run.ts';
import { expand, inputOf, sampleCases } from '../support/perturbation-sample.ts';

const jobs = () => expand(restart, inputOf(restart, sampleCases(1)));

describe('restart', () => {
  it('asks first of a session, in a second session, and in another engine', () => {
    const rows = jobs().map(({ level, job }) => [
      level.id,
      job.sessions,
      job.knobs,
      job.waves.flat().map(({ id }) => id),
    ]);
    expect(rows).toEqual([
      ['none', 'one-per-wave', {}, ['case-0']],
      ['new-session', 'one-per-wave', {}, ['case-0~before', 'case-0']],
      ['new-engine', 'one-per-wave', { engineInstance: 1 }, ['case-0']],
    ]);
  });

  it('wants proof of two empty caches where a session was closed', () => {
    const [, session, engine] = jobs().map(({ level }) => level);
    expect(restart.evidenceProblem(session, { emptyCaches: 1 })).toContain('emptyCaches is 1');
    expect(restart.evidenceProblem(session, { emptyCaches: 2 })).toBeNull();
    expect(restart.evidenceProblem(session, {})).toContain('does not report emptyCaches');
    expect(restart.evidenceProblem(engine, {})).toBeNull();
  });

  it('keeps every bit on the engine; positive control: finds what is kept over sessions', async () => {
    const rows = (equal: string) => ['new-session', 'new-engine'].map((level) => [level, equal, '1/1', null]);
    expect(told(await runPerturbation(restart, {}))).toEqual(rows('1/1'));
    const { determinism } = await runPerturbation(restart, {}, { fault: 'second-session' });
    for (const { bits } of determinism) expect(bits).toMatchObject({ equal: 0, n: 1 });
  }, 60_000);
});
