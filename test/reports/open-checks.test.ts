import { describe, expect, it } from 'vitest';
import { configFile, isError, openChecks } from '../../reports/open-checks.ts';
import { failingFindings, passingFindings, viewOf } from '../support/run-fixture.ts';

describe('open checks', () => {
  it('are those that did not pass, each with a fingerprint of its own', () => {
    const view = viewOf(failingFindings());
    const open = openChecks(view);
    expect(open.length).toBe(view.checks.filter(({ status }) => status.outcome !== 'pass').length);
    expect(new Set(open.map(({ fingerprint }) => fingerprint)).size).toBe(open.length);
    expect(open.some(isError)).toBe(true);
    expect(openChecks(viewOf(passingFindings())).filter(isError)).toEqual([]);
  });

  it('stand at the config that the command names', () => {
    const view = viewOf(passingFindings());
    const named = (reproduce: string): string => configFile({ ...view, banner: { ...view.banner, reproduce } });
    expect(named('evenkeel run --config ci/evenkeel.config.yaml --seed x')).toBe('ci/evenkeel.config.yaml');
    expect(named("evenkeel run -c 'a b.json'")).toBe('a b.json');
    expect(named('evenkeel run')).toBe('evenkeel.config.ts');
  });
});
