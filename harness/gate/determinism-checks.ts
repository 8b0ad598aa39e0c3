/**
 * Checks of the determinism report: rows that owe equal bits. Rows that owe nothing are measured and not judged.
 * @module
 */
import type { Check, DeterminismRow, Equality, Policy } from '../schema/index.ts';
import { judgeNeverDiffers } from './failure-rate.ts';
import { percent } from './words.ts';

interface Metric {
  readonly name: 'bits' | 'tokens' | 'text';
  readonly equality: Equality;
}

export function determinismChecks(rows: readonly DeterminismRow[], policy: Policy): Check[] {
  return rows.filter(({ promise }) => promise === 'bit-equal').map((row) => checkRow(row, policy));
}

function checkRow(row: DeterminismRow, policy: Policy): Check {
  const metrics = metricsOf(row, policy);
  // Equal logits and other tokens is a fault too (of the sampler), so that a difference in any metric counts.
  const broken = metrics.find(({ equality }) => equality.equal < equality.n);
  const metric = broken ?? metrics.find(({ equality }) => equality.n > 0) ?? metrics[0];
  const { name, equality } = metric;
  return {
    report: 'determinism',
    axis: row.axis,
    level: row.level,
    metric: `${name} equal`,
    rule: `${name} equal, failure rate <= ${percent(policy.maxFailureRate)}`,
    ...judgeNeverDiffers({
      equality,
      inWhat: `in ${name}`,
      noun: 'comparison',
      evidenceProblem: row.evidenceProblem,
      policy,
      caveat: broken === undefined ? caveatOf(row, metric, policy) : '',
    }),
  };
}

/** What the policy asks to be equal, strongest first. */
function metricsOf(row: DeterminismRow, policy: Policy): Metric[] {
  const tokens: Metric = { name: 'tokens', equality: row.tokens };
  const text: Metric = { name: 'text', equality: row.text };
  if (policy.require === 'tokens' || 'kind' in row.bits) return [tokens, text];
  return [{ name: 'bits', equality: row.bits }, tokens, text];
}

function caveatOf(row: DeterminismRow, { name, equality }: Metric, policy: Policy): string {
  if (equality.n === 0 || name === 'bits') return '';
  if (name === 'text') return 'Judged by text, because there are no token ids; equal text is weak evidence.';
  if (policy.require === 'tokens') return '';
  const why = 'kind' in row.bits ? row.bits.why : 'no logits';
  return `Judged by tokens, because bits cannot be had (${why}); equal tokens are weak evidence of equal bits.`;
}
