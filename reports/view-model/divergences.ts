/**
 * Pairs that differ, side by side: those of levels that owe equality first.
 * @module
 */
import type { Divergence } from '../../harness/schema/index.ts';
import { small } from '../number-format.ts';
import type { DivergenceGroup, DivergencePair, ReportId, SplitText } from '../view.ts';
import { visibleText } from '../visible-text.ts';
import { placeOf, type Context } from './context.ts';

export function divergenceGroups(context: Context): DivergenceGroup[] {
  const { determinism, leakage } = context.findings;
  const groups = [
    ...determinism.map((row) => ({ report: 'determinism' as ReportId, row })),
    ...leakage.map((row) => ({ report: 'leakage' as ReportId, row })),
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
  const { caseId, requestId, unitId } = divergence;
  // Marked before it is split: what looks different on the page is what is highlighted.
  const [reference, level] = splitTexts(visibleText(divergence.referenceText), visibleText(divergence.levelText));
  return {
    caseId,
    requestId,
    unitId,
    where: whereOf(divergence),
    textEqual: divergence.referenceText === divergence.levelText,
    reference,
    level,
  };
}

function whereOf({ firstBitDiff, firstTokenDiff, maxAbsLogprobDiff }: Divergence): string {
  const parts: string[] = [];
  if (firstBitDiff !== null) parts.push(`logits differ from token #${firstBitDiff}`);
  parts.push(firstTokenDiff === null ? 'no token differs' : `tokens differ from #${firstTokenDiff}`);
  if (maxAbsLogprobDiff !== null) parts.push(`max |Δ logprob| ${small(maxAbsLogprobDiff)}`);
  return parts.join(' · ');
}

/** Splits two texts at the first code point that differs. */
function splitTexts(a: string, b: string): readonly [SplitText, SplitText] {
  const left = Array.from(a);
  const right = Array.from(b);
  let same = 0;
  while (same < left.length && same < right.length && left[same] === right[same]) same++;
  const split = (points: readonly string[]): SplitText => ({
    same: points.slice(0, same).join(''),
    first: points.slice(same, wordEnd(points, same)).join(''),
    rest: points.slice(wordEnd(points, same)).join(''),
  });
  return [split(left), split(right)];
}

/** The first difference is shown as the rest of its word, at most 24 code points. */
function wordEnd(points: readonly string[], from: number): number {
  let end = Math.min(from + 1, points.length);
  while (end < points.length && end < from + 24 && !/\s/.test(points[end]!)) end++;
  return end;
}
