import { describe, expect, it } from 'vitest';
import { metricBound } from '../../../harness/gate/index.ts';
import { createPolicy } from '../../support/findings.ts';

const place = { report: 'drift', axis: 'precision', level: 'bf16', promise: 'drift' };

describe('the bound of a number', () => {
  it('is that of the most exact place', () => {
    const policy = createPolicy({
      drift: { precision: { klNatsMeanMax: 0.1, sameTopShareMin: 0.9 }, 'precision:bf16': { klNatsMeanMax: 0.2 } },
    });
    expect(metricBound(policy, { ...place, metric: 'kl_mean' })).toEqual({ kind: 'max', value: 0.2 });
    expect(metricBound(policy, { ...place, level: 'w8a8', metric: 'kl_mean' })).toEqual({ kind: 'max', value: 0.1 });
    expect(metricBound(policy, { ...place, metric: 'same_top_share' })).toEqual({ kind: 'min', value: 0.9 });
    expect(metricBound(policy, { ...place, metric: 'rms_logprob_diff' })).toBeNull();
  });

  it('is held against the equality that is owed, and nothing else', () => {
    const owed = { report: 'determinism', axis: 'repeat', level: 'repeat-2', promise: 'bit-equal' };
    const policy = createPolicy({ require: 'tokens', maxFailureRate: 0.3 });
    expect(metricBound(policy, { ...owed, metric: 'tokens_differ_share' })).toEqual({ kind: 'max', value: 0.3 });
    expect(metricBound(policy, { ...owed, metric: 'bits_differ_share' })).toBeNull();
    expect(metricBound(policy, { ...owed, promise: 'drift', metric: 'tokens_differ_share' })).toBeNull();
    expect(metricBound(createPolicy({ posture: 'tolerant' }), { ...owed, metric: 'bits_differ_share' })).toBeNull();
  });

  it('is that of leakage for what depends on others, and none for times', () => {
    const leak = { report: 'leakage', axis: 'prior-content', level: 'swap', promise: 'content-independent' };
    const policy = createPolicy({ maxFailureRate: 0.25, maxCanaryRate: 0.02 });
    expect(metricBound(policy, { ...leak, metric: 'content_dependent_share' })).toEqual({ kind: 'max', value: 0.25 });
    expect(metricBound(policy, { ...leak, metric: 'foreign_canary_share' })).toEqual({ kind: 'max', value: 0.02 });
    expect(metricBound(policy, { ...leak, report: 'profile', metric: 'token_ms' })).toBeNull();
  });
});
