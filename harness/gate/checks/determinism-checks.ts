/**
 * Checks of the determinism report: rows that owe equal bits. Rows that owe nothing are measured and not judged.
 * @module
 */
import type { DeterminismRow, Equality, EqualityKind, Policy } from '../../schema/index.ts';
import { equalityBoundOf, type ResolvedEquality } from '../bounds.ts';
import type { Draft } from '../families.ts';
import { percent } from '../words.ts';
import { judgeNeverDiffers } from './failure-rate.ts';
import { noiseFloorOf, tolerantDraft } from './noise-checks.ts';

interface Metric {
  readonly name: EqualityKind;
  readonly equality: Equality;
}

export function determinismDrafts(rows: readonly DeterminismRow[], policy: Policy): Draft[] {
  const floor = noiseFloorOf(rows);
  return rows
    .filter(({ promise }) => promise === 'bit-equal')
    .flatMap((row) => {
      const bound = equalityBoundOf(policy, row);
      const draft = bound.posture === 'tolerant' ? tolerantDraft(row, floor, bound, policy) : strictDraft(row, bound);
      return [draft, ...logprobDrafts(row, bound)];
    });
}

/** Only where the policy names a bound, and only where bits, which say more, cannot be had. */
function logprobDrafts(row: DeterminismRow, { maxLogprobFailureRate }: ResolvedEquality): Draft[] {
  const { chosenLogprobs } = row;
  if (maxLogprobFailureRate === null || chosenLogprobs === undefined) return [];
  const missing = 'kind' in chosenLogprobs ? chosenLogprobs : null;
  return [
    {
      place: {
        report: 'determinism',
        axis: row.axis,
        level: row.level,
        metric: 'logprobs equal',
        rule: `log-probabilities equal, failure rate <= ${percent(maxLogprobFailureRate)}`,
      },
      test: null,
      judge: () =>
        judgeNeverDiffers({
          equality: 'kind' in chosenLogprobs ? NOTHING_COMPARED : chosenLogprobs.equality,
          inWhat: 'in log-probabilities',
          noun: 'comparison',
          evidenceProblem:
            missing === null
              ? row.evidenceProblem
              : `${missing.kind === 'unsupported' ? 'Not supported by this target' : 'Not measured'}: ${missing.why}`,
          maxFailureRate: maxLogprobFailureRate,
          caveat: '',
        }),
    },
  ];
}

const NOTHING_COMPARED = { equal: 0, n: 0, failureRateHigh: null } as const;

function strictDraft(row: DeterminismRow, bound: ResolvedEquality): Draft {
  const metrics = metricsOf(row, bound);
  // Equal logits and other tokens is a fault too (of the sampler), so that a difference in any metric counts.
  const broken = metrics.find(({ equality }) => equality.equal < equality.n);
  const metric = broken ?? metrics.find(({ equality }) => equality.n > 0) ?? metrics[0];
  const { name, equality } = metric;
  return {
    place: {
      report: 'determinism',
      axis: row.axis,
      level: row.level,
      metric: `${name} equal`,
      rule: `${name} equal, failure rate <= ${percent(bound.maxFailureRate)}`,
    },
    test: null,
    judge: () =>
      judgeNeverDiffers({
        equality,
        inWhat: `in ${name}`,
        noun: 'comparison',
        evidenceProblem: row.evidenceProblem,
        maxFailureRate: bound.maxFailureRate,
        caveat: broken === undefined ? caveatOf(row, metric, bound) : '',
      }),
  };
}

/** What the policy asks to be equal, strongest first. */
function metricsOf(row: DeterminismRow, { require }: ResolvedEquality): Metric[] {
  const tokens: Metric = { name: 'tokens', equality: row.tokens };
  const text: Metric = { name: 'text', equality: row.text };
  if (require === 'text') return [text];
  if (require === 'tokens' || 'kind' in row.bits) return [tokens, text];
  return [{ name: 'bits', equality: row.bits }, tokens, text];
}

function caveatOf(row: DeterminismRow, { name, equality }: Metric, { require }: ResolvedEquality): string {
  if (equality.n === 0 || name === require) return '';
  if (name === 'text') return 'Judged by text, because there are no token ids; equal text is weak evidence.';
  const why = 'kind' in row.bits ? row.bits.why : 'no logits';
  return `Judged by tokens, because bits cannot be had (${why}); equal tokens are weak evidence of equal bits.`;
}
