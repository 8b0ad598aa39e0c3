/**
 * The check of units that were executed twice, by two shards or again after an interruption: the same measurement owes the same result.
 *
 * Chance makes such a check, nobody plans it: without a difference it says nothing and is not there; one difference fails.
 * @module
 */
import type { Findings, Policy } from '../../schema/index.ts';
import { equalityBoundOf } from '../bounds.ts';
import type { Draft } from '../families.ts';
import { counted } from '../words.ts';

export function executionDrafts({ executions }: Findings, policy: Policy): Draft[] {
  if ('kind' in executions) return [];
  const { repeatedUnits, unequal } = executions;
  // A tolerant policy expects a target that does not repeat itself; how much is measured by repeats.
  const { posture, require } = equalityBoundOf(policy, { axis: 'repeat', level: '*' });
  if (posture === 'tolerant') return [];
  const broken = unequal.filter(({ what }) => require === 'bits' || (what !== 'bits' && what !== 'logprobs'));
  const [first] = broken;
  if (first === undefined) return [];
  const place =
    first.requestId === null ? first.unitId : `${first.unitId}, level ${first.levelId}, request ${first.requestId}`;
  return [
    {
      place: {
        report: 'determinism',
        axis: 'execution',
        level: 'again',
        metric: 'run-to-run',
        rule: 'a unit that is executed twice gives the same result',
      },
      test: null,
      judge: () => ({
        observed: `${broken.length} of ${repeatedUnits} executed twice differ`,
        outcome: 'fail' as const,
        reason: `${counted(broken.length, 'unit')} of ${repeatedUnits} executed twice gave two results, first ${place}, in ${first.what}; one is enough.`,
        comparisonsNeeded: null,
      }),
    },
  ];
}
