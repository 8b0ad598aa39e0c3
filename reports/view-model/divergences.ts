/**
 * Pairs of texts that part, split where they do: owed rows first.
 * @module
 */
import type { Divergence } from '../../harness/schema/index.ts';
import { small } from '../number-format.ts';
import type { DivergenceGroup, DivergencePair, SplitText } from '../view.ts';
import type { Context } from './context.ts';
import { placeOf } from './context.ts';

export function divergencesOf(context: Context): DivergenceGroup[] {
  const { determinism, leakage } = context.findings;
  const groups = [
    ...determinism.map((row) => ({ report: 'determinism' as const, row })),
    ...leakage.map((row) => ({ report: 'leakage' as const, row })),
  ]
    .filter(({ row }) => row.divergences.length > 0)
    .map(({ report, row }): DivergenceGroup => ({
      rowId: context.rowId(report, row),
      title: placeOf(row),
      label: row.label,
      status: context.statusOfRow(report, row),
      owed: row.promise !== 'drift',
      pairs: row.divergences.map(pairOf),
    }));
  return [...groups.filter(({ owed }) => owed), ...groups.filter(({ owed }) => !owed)];
}

function pairOf(divergence: Divergence): DivergencePair {
  const { referenceText, levelText } = divergence;
  const [reference, level] = splitTexts(referenceText, levelText);
  return {
    caseId: divergence.caseId,
    requestId: divergence.requestId,
    unitId: divergence.unitId,
    where: whereOf(divergence),
    textEqual: referenceText === levelText,
    reference,
    level,
  };
}

function whereOf({ firstBitDiff, firstTokenDiff, maxAbsLogprobDiff, marginNats }: Divergence): string {
  const parts = [
    firstTokenDiff === null ? 'same tokens' : `first token that differs: ${firstTokenDiff}`,
    firstBitDiff === null ? '' : `first bits that differ: token ${firstBitDiff}`,
    marginNats === undefined ? '' : `margin there ${small(marginNats)} nats`,
    maxAbsLogprobDiff === null ? '' : `log-probability moves by up to ${small(maxAbsLogprobDiff)}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Cut by code points, so that no character is torn. */
function splitTexts(a: string, b: string): [SplitText, SplitText] {
  const left = [...a];
  const right = [...b];
  let same = 0;
  while (same < left.length && same < right.length && left[same] === right[same]) same++;
  const split = (points: readonly string[]): SplitText => ({
    same: points.slice(0, same).join(''),
    first: points[same] ?? '',
    rest: points.slice(same + 1).join(''),
  });
  return [split(left), split(right)];
}
