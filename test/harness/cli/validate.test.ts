import { describe, expect, it } from 'vitest';
import { createIo, evenkeel, projectFolder } from '../../support/command-line.ts';

describe('evenkeel validate', () => {
  it('prints every value with its source', async () => {
    const io = createIo({ cwd: projectFolder(), env: { EVENKEEL_LIMIT: '1' } });
    const { code, out } = await evenkeel(['validate', '--print', '--seed', 'mine'], io);
    expect(code).toBe(0);
    expect(out).toMatch(/^seed +"mine" +--seed$/m);
    expect(out).toMatch(/^caseLimit +1 +EVENKEEL_LIMIT$/m);
    expect(out).toMatch(/^target\.lanes +2 +file$/m);
    expect(out).toMatch(/^target\.maxBatch +16 +default$/m);
    expect(out).toMatch(/: valid, 1 case, 1 unit$/m);
  });

  it('gives the same to a machine, in full, and nothing on stderr', async () => {
    const io = createIo({ cwd: projectFolder() });
    const { out, err } = await evenkeel(['validate', '--print', '--json'], io);
    const result = JSON.parse(out) as { cases: number; config: { seed: string }; sources: { key: string }[] };
    expect(result).toMatchObject({ cases: 2, config: { seed: 'evenkeel', caseLimit: null } });
    expect(result.sources).toContainEqual({ key: 'seed', value: 'evenkeel', source: 'default', from: 'default' });
    expect(err).toBe('');
  });

  it('tells problems of the environment and of the file in one message', async () => {
    const folder = projectFolder({
      'evenkeel.config.json': { target: { kind: 'reference-engine' }, cases: 'cases.yaml' },
    });
    const io = createIo({ cwd: folder, env: { EVENKEEL_LIMIT: 'few', EVENKEEL_LANES: '0' } });
    const { code, out, err } = await evenkeel(['validate'], io);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('EVENKEEL_LIMIT: expected an integer, got "few"');
    expect(err).toContain('target.lanes (from EVENKEEL_LANES): expected integer 1..64, got 0');
    expect(err).toContain('perturbations: expected');
  });
});
