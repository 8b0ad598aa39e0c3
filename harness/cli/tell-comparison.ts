/**
 * A comparison as text: what is compared, what of the target has changed, what regressed or improved.
 * @module
 */
import type { Comparison, Verdict } from '../schema/index.ts';
import { checkLines, type TextStyle } from './tell-checks.ts';
import { counted, oneLine } from './words.ts';

const TARGET_CHANGES_SHOWN = 8;

export function comparisonLines(comparison: Comparison, verdict: Verdict, style: TextStyle): string[] {
  const { base, head, units, targetChanges, notComparable } = comparison;
  const checks = verdict.checks.filter(({ report }) => report === 'baseline');
  const passed = checks.filter(({ outcome }) => outcome === 'pass').length;
  return [
    `base  ${oneLine(base.name)}`,
    `head  ${oneLine(head.name)}`,
    `${counted(units.both, 'unit')} compared, paired by request and by case`,
    ...notComparable.map((text) => `not compared: ${oneLine(text)}`),
    ...targetLines(targetChanges),
    '',
    ...checkLines(checks, verdict, style, ({ reason }) => reason.startsWith('Improved')),
    `${passed} of ${counted(checks.length, 'check')} against the base passed.`,
  ];
}

function targetLines(changes: Comparison['targetChanges']): string[] {
  if (changes.length === 0) return ['the target is the same'];
  const shown = changes
    .slice(0, TARGET_CHANGES_SHOWN)
    .map(({ name, base, head }) => `  ${oneLine(`${name}: ${base ?? 'absent'} -> ${head ?? 'absent'}`)}`);
  const more = changes.length - shown.length;
  return ['the target has changed:', ...shown, ...(more > 0 ? [`  and ${more} more`] : [])];
}
