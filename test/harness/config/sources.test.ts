import { describe, expect, it } from 'vitest';
import { resolveConfig, sourcedValues, valuesFromEnvironment } from '../../../harness/config/index.ts';
import { perturbationOptions } from '../../../perturbations/index.ts';
import { smallConfig } from '../../support/command-line.ts';

describe('the sources of a configuration', () => {
  const file = { ...smallConfig, seed: 'file', perturbations: { repeat: null, truncation: { keepShare: [0.5] } } };
  const overrides = { seed: 'flag', caseLimit: undefined, target: { lanes: undefined } };
  const environment = valuesFromEnvironment({ EVENKEEL_SEED: 'environment', EVENKEEL_LIMIT: '2' });
  const config = resolveConfig(file, { perturbationOptions, overrides, environment });
  const values = sourcedValues(config, { flags: overrides, environment: environment.values, file });
  const from = (key: string) => values.find((value) => value.key === key);

  it.each([
    ['seed', 'flag', '--seed', 'flag'],
    ['caseLimit', 2, 'EVENKEEL_LIMIT', 'environment'],
    ['target.lanes', 2, 'file', 'file'],
    ['target.precision', 'f32', 'default', 'default'],
    ['cases', ['cases.yaml'], 'file', 'file'],
    ['perturbations.truncation.keepShare', [0.5], 'file', 'file'],
    ['perturbations.truncation.keepQuery', true, 'default', 'default'],
    ['perturbations.repeat.times', 2, 'default', 'default'],
  ])('%s is %j from %s', (key, value, label, source) => {
    expect(from(key)).toEqual({ key, value, source, from: label });
  });

  it('hold every value of the configuration once', () => {
    const rebuilt: Record<string, unknown> = {};
    for (const { key, value } of values) {
      const path = key.split('.');
      const last = path.pop() ?? '';
      const parent = path.reduce<Record<string, unknown>>(
        (inner, name) => (inner[name] ??= {}) as Record<string, unknown>,
        rebuilt,
      );
      expect(parent).not.toHaveProperty(last);
      parent[last] = value;
    }
    expect(rebuilt).toEqual(config);
  });
});
