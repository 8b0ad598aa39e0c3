import { describe, expect, it } from 'vitest';
import { CONFIG_VARIABLES, isCi, resolveConfig, valuesFromEnvironment } from '../../../harness/config/index.ts';
import { perturbationOptions } from '../../../perturbations/index.ts';
import { smallConfig } from '../../support/command-line.ts';

const resolve = (env: Record<string, string>, overrides = {}) =>
  resolveConfig(
    { ...smallConfig, seed: 'file' },
    { perturbationOptions, overrides, environment: valuesFromEnvironment(env) },
  );

describe('a variable of the environment', () => {
  it.each([
    ['EVENKEEL_SEED', 'other', (config: ReturnType<typeof resolve>) => config.seed, 'other'],
    ['EVENKEEL_LIMIT', '3', (config: ReturnType<typeof resolve>) => config.caseLimit, 3],
    ['EVENKEEL_LANES', '4', (config: ReturnType<typeof resolve>) => 'lanes' in config.target && config.target.lanes, 4],
    ['EVENKEEL_OUTPUT', 'json,html', (config: ReturnType<typeof resolve>) => config.reporters, ['json', 'html']],
    ['EVENKEEL_RUNS_DIR', '/tmp/runs', (config: ReturnType<typeof resolve>) => config.runsDirectory, '/tmp/runs'],
  ])('%s=%s wins over the file', (name, value, read, expected) => {
    expect(read(resolve({ [name]: value }))).toEqual(expected);
  });

  it('gives way to a flag', () => {
    expect(resolve({ EVENKEEL_SEED: 'environment' }, { seed: 'flag' }).seed).toBe('flag');
  });

  it('that is set to nothing is not set', () => {
    expect(resolve({ EVENKEEL_SEED: '', EVENKEEL_LIMIT: '' }).seed).toBe('file');
  });

  it.each(['x', '1.5', '99999999999999999999', ' 3'])('that has to be an integer is refused as %j', (value) => {
    const { problems, values } = valuesFromEnvironment({ EVENKEEL_LIMIT: value });
    expect(values).toEqual({});
    expect(problems).toEqual([
      expect.objectContaining({ at: 'EVENKEEL_LIMIT', expected: 'an integer', got: JSON.stringify(value) }),
    ]);
  });

  it('that is out of range is named in the message, and not when a flag is', () => {
    expect(() => resolve({ EVENKEEL_LANES: '65' })).toThrow(
      'target.lanes (from EVENKEEL_LANES): expected integer 1..64, got 65',
    );
    expect(() => resolve({ EVENKEEL_LANES: '65' }, { target: { lanes: 66 } })).toThrow(
      'target.lanes: expected integer 1..64, got 66',
    );
  });

  it('has a name that begins with EVENKEEL_, and a key of its own', () => {
    expect(CONFIG_VARIABLES.every(({ name }) => /^EVENKEEL_[A-Z_]+$/.test(name))).toBe(true);
    expect(new Set(CONFIG_VARIABLES.map(({ key }) => key)).size).toBe(CONFIG_VARIABLES.length);
  });
});

describe('CI', () => {
  it.each([
    [{ CI: 'true' }, true],
    [{ CI: '1' }, true],
    [{ CI: 'woodpecker' }, true],
    [{ CI: 'false' }, false],
    [{ CI: '0' }, false],
    [{ CI: '' }, false],
    [{}, false],
  ])('%j is %s', (env, expected) => {
    expect(isCi(env)).toBe(expected);
  });
});
