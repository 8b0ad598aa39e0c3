/**
 * Every number of the findings as one list: metric by metric, in the order of the reports.
 * @module
 */
import type { Estimate, Findings } from '../../harness/schema/index.ts';
import {
  AGREEMENT_METRICS,
  DETERMINISM_METRICS,
  DRIFT_METRICS,
  LEAKAGE_METRICS,
  PROFILE_METRICS,
  type Metric,
  type MetricOf,
} from './metrics.ts';

export type MeasureReport = 'determinism' | 'agreement' | 'drift' | 'leakage' | 'profile';

export interface Measure {
  readonly report: MeasureReport;
  readonly perturbation: string;
  readonly axis: string;
  /** Of the agreement of repeats, which is about a whole perturbation: how many runs its requests have. */
  readonly level: string;
  readonly label: string;
  readonly promise: string | null;
  readonly metric: Metric;
  readonly estimate: Estimate;
  /** Why the number does not count as evidence; null = it does. */
  readonly problem: string | null;
}

export function* measuresOf(findings: Findings): Generator<Measure> {
  const { determinism, agreement = [], drift, leakage, profile } = findings;
  for (const row of determinism)
    yield* measured(DETERMINISM_METRICS, row, { ...placeOf('determinism', row), problem: row.evidenceProblem });
  for (const row of agreement) {
    const { perturbation, runs } = row;
    const level = `runs-${runs}`;
    const place = { perturbation, axis: perturbation, level, label: `${runs} runs of a request`, promise: null };
    yield* measured(AGREEMENT_METRICS, row, { report: 'agreement', ...place, problem: null });
  }
  for (const row of drift)
    yield* measured(DRIFT_METRICS, row, { ...placeOf('drift', row), problem: row.retrieval?.problem ?? null });
  for (const row of leakage)
    yield* measured(LEAKAGE_METRICS, row, { ...placeOf('leakage', row), problem: row.evidenceProblem });
  if (profile?.kind !== 'profiled') return;
  for (const row of profile.rows) {
    const { id, contextLength, precision, batch, tier, problem } = row;
    const label = `${contextLength} ${profile.lengthUnit}, ${precision}, batch ${batch}, tier ${tier}`;
    const place = { perturbation: 'profile', axis: 'profile', level: id, label, promise: null };
    yield* measured(PROFILE_METRICS, row, { report: 'profile', ...place, problem });
  }
}

type Place = Omit<Measure, 'metric' | 'estimate'>;

function placeOf(report: MeasureReport, row: Omit<Place, 'report' | 'problem'>): Omit<Place, 'problem'> {
  const { perturbation, axis, level, label, promise } = row;
  return { report, perturbation, axis, level, label, promise };
}

function* measured<Row>(metrics: readonly MetricOf<Row>[], row: Row, place: Place): Generator<Measure> {
  for (const { of, ...metric } of metrics) {
    const estimate = of(row);
    if (estimate !== null) yield { ...place, metric, estimate };
  }
}
