/**
 * Tables of what was found: every number with its interval, the same by case, pairs that differ, and the checks of the gate.
 * @module
 */
import type { Check, Divergence, Findings, Verdict } from '../../harness/schema/index.ts';
import { flag, integer, nullable, number, output, text } from './column.ts';
import { measuresOf, type Measure } from './measures.ts';
import { declareTable } from './table.ts';

function findingsOf(findings: Findings | null): Findings {
  if (findings === null) throw new RangeError('export: a table with needsFindings was given none');
  return findings;
}

interface WithRun {
  readonly runId: string;
}

export const findingTable = declareTable<Measure & WithRun>({
  name: 'findings',
  row: 'One number of the findings: a metric at a level of an axis.',
  needsFindings: true,
  columns: [
    text('run_id', 'The run.', ({ runId }) => runId),
    text('report', 'determinism, agreement, drift, leakage, or profile.', ({ report }) => report),
    text('perturbation', 'What was varied.', ({ perturbation }) => perturbation),
    text('axis', 'The variation within the perturbation.', ({ axis }) => axis),
    text('level', 'Id of the level; of agreement, how many runs its requests have.', ({ level }) => level),
    text('label', 'The level in words.', ({ label }) => label),
    nullable(text('promise', 'What is owed there; null = nothing of the kind.', ({ promise }) => promise)),
    text('metric', 'Name of the number, see the metrics below.', ({ metric }) => metric.id),
    text('unit', 'share (0..1), nats, ms, bytes, ...', ({ metric }) => metric.unit),
    text('state', 'measured, not-measured, or unsupported by the target.', ({ estimate }) => estimate.kind),
    nullable(
      number('value', '', 'Null where it is not measured; zero is a measured zero.', ({ estimate }) =>
        estimate.kind === 'measured' ? estimate.value : null,
      ),
    ),
    nullable(
      number('low', '', 'Lower end of the interval; null = it has none.', ({ estimate }) =>
        estimate.kind === 'measured' ? estimate.low : null,
      ),
    ),
    nullable(
      number('high', '', 'Upper end of the interval; null = it has none.', ({ estimate }) =>
        estimate.kind === 'measured' ? estimate.high : null,
      ),
    ),
    nullable(
      integer('n', '', 'Comparisons behind the value.', ({ estimate }) =>
        estimate.kind === 'measured' ? estimate.n : null,
      ),
    ),
    nullable(
      text('interval', 'What the interval is; null = the metric has none.', ({ metric }) => metric.interval || null),
    ),
    nullable(
      text('why', 'Why it is not measured.', ({ estimate }) => (estimate.kind === 'measured' ? null : estimate.why)),
    ),
    nullable(text('problem', 'Why it does not count as evidence; null = it does.', ({ problem }) => problem)),
  ],
  *rows({ manifest, findings }) {
    for (const measure of measuresOf(findingsOf(findings))) yield { ...measure, runId: manifest.runId };
  },
});

interface CaseRow extends WithRun {
  readonly report: string;
  readonly axis: string;
  readonly level: string;
  readonly caseId: string;
  readonly metric: string;
  readonly value: number | null;
  readonly n: number;
}

export const caseTable = declareTable<CaseRow>({
  name: 'cases',
  row: "One case's part of a row of the findings: what paired analyses and resamples are made of.",
  needsFindings: true,
  columns: [
    text('run_id', 'The run.', ({ runId }) => runId),
    text('report', 'determinism, drift, or leakage.', ({ report }) => report),
    text('axis', 'The variation within the perturbation.', ({ axis }) => axis),
    text('level', 'Id of the level.', ({ level }) => level),
    text('case_id', 'The case.', ({ caseId }) => caseId),
    text(
      'metric',
      'bits_differ, tokens_differ, text_differ, benign_flips, content_dependent (requests); kl_sum (nats), same_top (positions); max_abs_logprob_diff (nats).',
      ({ metric }) => metric,
    ),
    nullable(number('value', '', 'Null where it cannot be had for each of its requests.', ({ value }) => value)),
    integer('n', '', 'Compared requests; positions in drift.', ({ n }) => n),
  ],
  *rows({ manifest: { runId }, findings }) {
    for (const { row, values } of casesOf(findingsOf(findings)))
      for (const [metric, value] of values) yield { runId, ...row, metric, value };
  },
});

interface CaseValues {
  readonly row: Omit<CaseRow, 'runId' | 'metric' | 'value'>;
  readonly values: readonly (readonly [string, number | null])[];
}

function* casesOf({ determinism, drift, leakage }: Findings): Generator<CaseValues> {
  for (const { axis, level, byCase } of determinism)
    for (const { caseId, n, bitsDiffer, tokensDiffer, textDiffer, maxAbsLogprobDiff, benignFlips = 0 } of byCase)
      yield {
        row: { report: 'determinism', axis, level, caseId, n },
        values: [
          ['bits_differ', bitsDiffer],
          ['tokens_differ', tokensDiffer],
          ['text_differ', textDiffer],
          ['benign_flips', benignFlips],
          ['max_abs_logprob_diff', maxAbsLogprobDiff],
        ],
      };
  for (const { axis, level, byCase } of drift)
    for (const { caseId, positions, klNatsSum, sameTop } of byCase)
      yield {
        row: { report: 'drift', axis, level, caseId, n: positions },
        values: [
          ['kl_sum', klNatsSum],
          ['same_top', sameTop],
        ],
      };
  for (const { axis, level, byCase } of leakage)
    for (const { caseId, n, differ } of byCase)
      yield { row: { report: 'leakage', axis, level, caseId, n }, values: [['content_dependent', differ]] };
}

interface DivergenceRow extends WithRun {
  readonly report: string;
  readonly axis: string;
  readonly level: string;
  readonly pair: Divergence;
}

export const divergenceTable = declareTable<DivergenceRow>({
  name: 'divergences',
  row: 'One pair of requests that differ, of those that the findings keep for people to look at.',
  needsFindings: true,
  columns: [
    text('run_id', 'The run.', ({ runId }) => runId),
    text('report', 'determinism or leakage.', ({ report }) => report),
    text('axis', 'The variation within the perturbation.', ({ axis }) => axis),
    text('level', 'Id of the level.', ({ level }) => level),
    text('unit_id', 'The unit.', ({ pair }) => pair.unitId),
    text('case_id', 'The case.', ({ pair }) => pair.caseId),
    text('request_id', 'The request, at the level and at its reference.', ({ pair }) => pair.requestId),
    nullable(
      integer(
        'first_bit_diff',
        '',
        'First produced token with other bits; null = equal, or not available.',
        ({ pair }) => pair.firstBitDiff,
      ),
    ),
    nullable(
      integer(
        'first_token_diff',
        '',
        'First produced token that is another one; null = the same tokens.',
        ({ pair }) => pair.firstTokenDiff,
      ),
    ),
    nullable(
      number(
        'max_abs_logprob_diff',
        'nats',
        'Largest difference up to there; null = no log-probabilities.',
        ({ pair }) => pair.maxAbsLogprobDiff,
      ),
    ),
    nullable(
      number(
        'margin',
        'nats',
        'How much likelier the reference’s token was there; null = not known.',
        ({ pair }) => pair.marginNats ?? null,
      ),
    ),
    output(text('reference_text', 'Output at the reference.', ({ pair }) => pair.referenceText)),
    output(text('level_text', 'Output at the level.', ({ pair }) => pair.levelText)),
  ],
  *rows({ manifest: { runId }, findings }) {
    const all = findingsOf(findings);
    for (const report of ['determinism', 'leakage'] as const)
      for (const { axis, level, divergences } of all[report])
        for (const pair of divergences) yield { runId, report, axis, level, pair };
  },
});

interface CheckRow extends WithRun {
  readonly check: Check;
  readonly verdict: Verdict;
}

export const checkTable = declareTable<CheckRow>({
  name: 'checks',
  row: 'One check of the gate.',
  needsFindings: true,
  columns: [
    text('run_id', 'The run.', ({ runId }) => runId),
    text('policy', 'The policy that was applied.', ({ verdict }) => verdict.policyName),
    text('report', 'determinism, drift, leakage, baseline, or serving-card.', ({ check }) => check.report),
    text('axis', 'What it is about.', ({ check }) => check.axis),
    text('level', 'Id of the level; * = no level.', ({ check }) => check.level),
    text('metric', 'What is judged.', ({ check }) => check.metric),
    text('rule', 'The rule in words.', ({ check }) => check.rule),
    text('observed', 'What was measured, in words.', ({ check }) => check.observed),
    text('outcome', 'pass, fail, inconclusive, or incomplete.', ({ check }) => check.outcome),
    flag('waived', 'Whether a waiver keeps it from counting.', ({ check }) => check.waivedBy !== null),
    text('reason', 'Why the outcome is what it is.', ({ check }) => check.reason),
    nullable(
      integer(
        'comparisons_needed',
        '',
        'Comparisons that would decide it; null = decided, or more do not help.',
        ({ check }) => check.comparisonsNeeded,
      ),
    ),
    nullable(
      number(
        'p_value',
        '',
        'Before the correction for many tests; null = it has none.',
        ({ check }) => check.family?.pValue ?? null,
      ),
    ),
    nullable(number('p_adjusted', '', 'After it.', ({ check }) => check.family?.adjusted ?? null)),
  ],
  *rows({ manifest: { runId }, verdict }) {
    if (verdict !== null) for (const check of verdict.checks) yield { runId, check, verdict };
  },
});
