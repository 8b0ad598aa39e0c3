/**
 * The check of units that were executed twice, by two shards or again after an interruption: the same measurement owes the same result.
 *
 * Chance makes such a check, nobody plans it: without a difference it says nothing and is not there; one difference fails.
 * @module
 */
import type { Check, Findings, Policy } from '../schema/index.ts';
import { counted } from './words.ts';

export function executionChecks({ executions }: Findings, policy: Policy): Check[] {
  if ('kind' in executions) return [];
  const { repeatedUnits, unequal } = executions;
  const broken = unequal.filter(({ what }) => policy.require === 'bits' || (what !== 'bits' && what !== 'logprobs'));
  const [first] = broken;
  if (first === undefined) return [];
  const place =
    first.requestId === null ? first.unitId : `${first.unitId}, level ${first.levelId}, request ${first.requestId}`;
  return [
    {
      report: 'determinism',
      axis: 'execution',
      level: 'again',
      metric: 'run-to-run',
      rule: 'a unit that is executed twice gives the same result',
      observed: `${broken.length} of ${repeatedUnits} executed twice differ`,
      outcome: 'fail',
      reason: `${counted(broken.length, 'unit')} of ${repeatedUnits} executed twice gave two results, first ${place}, in ${first.what}; one is enough.`,
      comparisonsNeeded: null,
    },
  ];
}
