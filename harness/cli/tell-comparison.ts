/**
 * A comparison as text: what is compared, what of the target has changed, what regressed or improved.
 * @module
 */
import type { Comparison, Estimate, NoiseMeasure, Verdict } from '../schema/index.ts';
import { checkLines, type TextStyle } from './tell-checks.ts';
import { counted, oneLine } from './words.ts';

const TARGET_CHANGES_SHOWN = 8;

export function comparisonLines(comparison: Comparison, verdict: Verdict, style: TextStyle): string[] {
  const { base, head, units, targetChanges, notComparable, noiseMeasures } = comparison;
  const checks = verdict.checks.filter(({ report }) => report === 'baseline');
  const passed = checks.filter(({ outcome }) => outcome === 'pass').length;
  return [
    `base  ${oneLine(base.name)}`,
    `head  ${oneLine(head.name)}`,
    `${counted(units.both, 'unit')} compared, paired by request and by case`,
    ...notComparable.map((text) => `not compared: ${oneLine(text)}`),
    ...targetLines(targetChanges),
    ...(noiseMeasures ?? []).map(measureLine),
    '',
    ...checkLines(checks, verdict, style, ({ reason }) => reason.startsWith('Improved')),
    `${passed} of ${counted(checks.length, 'check')} against the base passed.`,
  ];
}

const MEASURE_WORDS: Readonly<Record<NoiseMeasure['metric'], string>> = {
  meanLogprob: 'mean log-probability of an output, in nats',
  outputTokens: 'length of an output, in tokens',
};

/** Measured and not judged: what equality cannot say of outputs that all differ. */
function measureLine({ metric, requests, own, cross, excess, pValue }: NoiseMeasure): string {
  const text = (estimate: Estimate): string => {
    if (estimate.kind !== 'measured') return estimate.kind;
    const { value, low, high } = estimate;
    return low === null || high === null ? small(value) : `${small(value)} (${small(low)} to ${small(high)})`;
  };
  const p = pValue === null ? '' : `, p ${pValue < 0.001 ? '< 0.001' : small(pValue)}`;
  return (
    `${MEASURE_WORDS[metric]}: head from base ${text(cross)}, base from itself ${text(own)}, ` +
    `excess ${text(excess)}${p}, ${counted(requests, 'repeated request')}`
  );
}

const small = (value: number): string => String(Number(value.toPrecision(3)));

function targetLines(changes: Comparison['targetChanges']): string[] {
  if (changes.length === 0) return ['the target is the same'];
  const shown = changes
    .slice(0, TARGET_CHANGES_SHOWN)
    .map(({ name, base, head }) => `  ${oneLine(`${name}: ${base ?? 'absent'} -> ${head ?? 'absent'}`)}`);
  const more = changes.length - shown.length;
  return ['the target has changed:', ...shown, ...(more > 0 ? [`  and ${more} more`] : [])];
}
