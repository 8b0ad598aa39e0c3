/**
 * Checks of the leakage report: any dependence on the content of other requests and any foreign canary fails.
 * @module
 */
import type { Check, LeakageRow, Policy } from '../schema/index.ts';
import { judgeNeverDiffers } from './failure-rate.ts';
import { percent } from './words.ts';

export function leakageChecks(rows: readonly LeakageRow[], policy: Policy): Check[] {
  return rows.flatMap((row) => {
    const content = contentCheck(row, policy);
    // A level without canaries makes no statement about them.
    return row.canaries.outputs === 0 ? [content] : [content, canaryCheck(row, policy)];
  });
}

function contentCheck(row: LeakageRow, policy: Policy): Check {
  const { tokenDependent, contentDependent } = row;
  return {
    report: 'leakage',
    axis: row.axis,
    level: row.level,
    metric: 'content independence',
    rule: `no dependence on the content of other requests, failure rate <= ${percent(policy.maxFailureRate)}`,
    ...judgeNeverDiffers({
      equality: contentDependent,
      inWhat: 'when only the content of other requests changes',
      noun: 'comparison',
      evidenceProblem: row.evidenceProblem,
      policy,
      caveat: contentDependent.equal < contentDependent.n ? `${tokenDependent} of them differ in tokens.` : '',
    }),
  };
}

function canaryCheck(row: LeakageRow, policy: Policy): Check {
  const { outputs, foreign, failureRateHigh } = row.canaries;
  const judgement = judgeNeverDiffers({
    equality: { equal: outputs - foreign, n: outputs, failureRateHigh },
    inWhat: '',
    noun: 'output',
    evidenceProblem: row.evidenceProblem,
    policy,
    caveat: '',
  });
  return {
    report: 'leakage',
    axis: row.axis,
    level: row.level,
    metric: 'foreign canaries',
    rule: `no output holds the canary of another request, failure rate <= ${percent(policy.maxFailureRate)}`,
    ...judgement,
    ...(foreign > 0 && {
      observed: `${foreign} of ${outputs} outputs hold a foreign canary`,
      reason: `${foreign} of ${outputs} outputs hold the canary of another request; one is a leak.`,
    }),
  };
}
