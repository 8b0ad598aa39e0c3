/**
 * What a policy allows a number of the findings to be: for a figure that shows both. The judgement itself is that of the checks.
 * @module
 */
import type { Policy } from '../schema/index.ts';
import { driftBoundOf, equalityBoundOf, leakageBoundOf } from './bounds.ts';

export interface MetricPlace {
  readonly report: string;
  readonly axis: string;
  readonly level: string;
  readonly promise: string | null;
  /** As tables and histories name it, for example `kl_mean`. */
  readonly metric: string;
}

/** `max`: the interval has to lie at or below it; `min`: at or above. */
export interface MetricBound {
  readonly kind: 'max' | 'min';
  readonly value: number;
}

/** Null where the policy holds nothing against this number, or holds it against the target's own noise. */
export function metricBound(policy: Policy, { report, axis, level, promise, metric }: MetricPlace): MetricBound | null {
  const place = { axis, level };
  switch (report) {
    case 'determinism': {
      const bound = equalityBoundOf(policy, place);
      if (promise !== 'bit-equal' || bound.posture === 'tolerant') return null;
      return metric === `${bound.require}_differ_share` ? { kind: 'max', value: bound.maxFailureRate } : null;
    }
    case 'drift': {
      const bound = driftBoundOf(policy, place);
      const limits: Readonly<Record<string, readonly [MetricBound['kind'], number | undefined]>> = {
        kl_mean: ['max', bound.klNatsMeanMax],
        kl_max: ['max', bound.klNatsMaxMax],
        same_top_share: ['min', bound.sameTopShareMin],
        rms_logprob_diff: ['max', bound.rmsLogprobDiffMax],
        max_abs_logprob_diff: ['max', bound.maxAbsLogprobDiffMax],
        perplexity_ratio: ['max', bound.perplexityRatioMax],
        retrieval_share: ['min', bound.retrievalMin],
      };
      const [kind, value] = Object.hasOwn(limits, metric) ? limits[metric] : (['max', undefined] as const);
      return value === undefined ? null : { kind, value };
    }
    case 'leakage': {
      const { maxFailureRate, maxCanaryRate } = leakageBoundOf(policy, place);
      if (metric === 'content_dependent_share' || metric === 'shared_prefix_share')
        return { kind: 'max', value: maxFailureRate };
      return metric === 'foreign_canary_share' ? { kind: 'max', value: maxCanaryRate } : null;
    }
    default:
      return null;
  }
}
