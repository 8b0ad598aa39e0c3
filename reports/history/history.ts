/**
 * History: the numbers of stored runs in the order of their time, each with its interval and what the policy of its run allowed.
 *
 * Runs are joined by a line only where they measured the same: the same units (plan), all of them. Where the target between two of them has
 * changed, the line says so: that is what a history is looked at for, and it is no noise. A run that cannot be read, or was not
 * analysed, stands in the list with its reason and has no point.
 * @module
 */
import type { Estimate, Findings, Manifest, Verdict } from '../../harness/schema/index.ts';
import { measuresOf, type Measure, type MeasureReport } from '../tables/index.ts';
import { visibleDeep } from '../visible-text.ts';

export interface StoredRun {
  readonly kind: 'stored';
  readonly id: string;
  readonly manifest: Manifest;
  readonly findings: Findings;
  /** Null = not judged. */
  readonly verdict: Verdict | null;
}

export interface UnusableRun {
  readonly kind: 'unusable';
  readonly id: string;
  /** Null where it cannot be read. */
  readonly manifest: Manifest | null;
  readonly why: string;
}

export type HistoryInput = StoredRun | UnusableRun;

export interface Bound {
  readonly kind: 'max' | 'min';
  readonly value: number;
}

export interface HistoryOptions {
  /** What the policy of a run allows a measure. */
  readonly boundOf: (run: StoredRun, measure: Measure) => Bound | null;
  /** Ids of metrics; absent = those that a reader looks at first. */
  readonly metrics?: readonly string[] | undefined;
}

/** How a run follows the usable run before it. */
export type Link =
  { readonly kind: 'first' | 'same' } | { readonly kind: 'target-changed' | 'not-comparable'; readonly why: string };

export interface RunEntry {
  readonly id: string;
  readonly createdAt: string | null;
  /** Of the configuration; null outside a repository. */
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly target: string | null;
  readonly evenkeelVersion: string | null;
  readonly outcome: Verdict['outcome'] | 'not-judged' | 'unusable';
  /** Why some of its units are missing; null = all are there. */
  readonly partial: string | null;
  /** Why it has no point; null = it has. */
  readonly why: string | null;
  readonly link: Link;
}

export interface HistoryPoint {
  /** Index in `runs`. */
  readonly run: number;
  readonly estimate: Estimate;
  readonly bound: Bound | null;
  /** The run (index in `runs`) from whose point a line comes here; null = none does. */
  readonly joined: { readonly from: number; readonly kind: 'same' | 'target-changed' } | null;
}

export interface HistorySeries {
  readonly id: string;
  readonly report: MeasureReport;
  readonly axis: string;
  readonly level: string;
  readonly label: string;
  readonly metric: string;
  readonly title: string;
  readonly unit: string;
  readonly interval: string;
  /** In the order of the runs; a run that does not have the number has no point. */
  readonly points: readonly HistoryPoint[];
  /** The value is not the same at all of its points. */
  readonly moved: boolean;
}

export interface History {
  readonly historyVersion: 1;
  /** By time of creation, oldest first. */
  readonly runs: readonly RunEntry[];
  /** Those that moved first, then in the order of the reports. */
  readonly series: readonly HistorySeries[];
}

const FIRST_LOOKED_AT = [
  'bits_differ_share',
  'tokens_differ_share',
  'text_differ_share',
  'all_equal_outputs_share',
  'kl_mean',
  'same_top_share',
  'answers_changed_share',
  'retrieval_share',
  'content_dependent_share',
  'foreign_canary_share',
  'first_token_ms',
  'token_ms',
];
/** Equality is followed by the strongest evidence that a run has; what is weaker follows from it. */
const EQUALITIES = ['bits_differ_share', 'tokens_differ_share', 'text_differ_share'];

/** @param runs - oldest first */
export function buildHistory(runs: readonly HistoryInput[], options: HistoryOptions): History {
  const entries = entriesOf(runs);
  const series = seriesOf(runs, entries, options);
  const ordered = [...series.filter(({ moved }) => moved), ...series.filter(({ moved }) => !moved)];
  return visibleDeep({ historyVersion: 1, runs: entries, series: ordered });
}

function entriesOf(runs: readonly HistoryInput[]): RunEntry[] {
  let before: StoredRun | null = null;
  return runs.map((run) => {
    const { manifest } = run;
    const entry = {
      id: run.id,
      createdAt: manifest?.createdAt ?? null,
      commit: manifest?.configGit?.commit ?? null,
      dirty: manifest?.configGit?.dirty ?? false,
      target: manifest?.target.id ?? null,
      evenkeelVersion: manifest?.evenkeelVersion ?? null,
    };
    if (run.kind === 'unusable')
      return {
        ...entry,
        outcome: 'unusable',
        partial: null,
        why: run.why,
        link: { kind: 'not-comparable', why: run.why },
      };
    const partial = partialOf(run.findings);
    const link: Link =
      partial === null ? linkOf(before, run) : { kind: 'not-comparable', why: `the run is partial: ${partial}` };
    if (partial === null) before = run;
    return { ...entry, outcome: run.verdict?.outcome ?? 'not-judged', partial, why: null, link };
  });
}

function partialOf({ partial, unitsPlanned, unitsObserved, unsupported }: Findings): string | null {
  if (partial !== null) return `${partial.present.length} of ${partial.of} shards`;
  const missing = unitsPlanned - unitsObserved - unsupported.length;
  return missing > 0 ? `${missing} of ${unitsPlanned} units have no result` : null;
}

function linkOf(before: StoredRun | null, { manifest }: StoredRun): Link {
  if (before === null) return { kind: 'first' };
  const last = before.manifest;
  if (last.planSha256 !== manifest.planSha256) return { kind: 'not-comparable', why: planDifference(last, manifest) };
  if (last.target.fingerprintSha256 === manifest.target.fingerprintSha256) return { kind: 'same' };
  return { kind: 'target-changed', why: `target: ${cardDifference(last, manifest)}` };
}

function planDifference(before: Manifest, after: Manifest): string {
  const parts = [
    ...(before.target.id === after.target.id ? [] : [`target ${before.target.id} -> ${after.target.id}`]),
    ...(before.casesSha256 === after.casesSha256 ? [] : ['other cases']),
    ...(before.seed === after.seed ? [] : ['another seed']),
  ];
  const rest = 'other perturbations, options or generation settings';
  return `other units: ${parts.length === 0 ? rest : parts.join(', ')}`;
}

const ENTRIES_NAMED = 3;

function cardDifference(before: Manifest, after: Manifest): string {
  const valuesOf = ({ target }: Manifest) => new Map(target.card.map(({ name, value }) => [name, value]));
  const [old, now] = [valuesOf(before), valuesOf(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].filter((name) => old.get(name) !== now.get(name));
  if (names.length === 0) return 'another fingerprint, the same serving card';
  const named = names
    .slice(0, ENTRIES_NAMED)
    .map((name) => `${name} ${old.get(name) ?? 'absent'} -> ${now.get(name) ?? 'absent'}`);
  return [...named, ...(names.length > ENTRIES_NAMED ? [`and ${names.length - ENTRIES_NAMED} more`] : [])].join(', ');
}

interface Growing extends Omit<HistorySeries, 'moved' | 'points'> {
  readonly points: HistoryPoint[];
}

function seriesOf(
  runs: readonly HistoryInput[],
  entries: readonly RunEntry[],
  options: HistoryOptions,
): HistorySeries[] {
  const byId = new Map<string, Growing>();
  for (const [at, run] of runs.entries()) {
    if (run.kind === 'unusable') continue;
    for (const measure of wanted([...measuresOf(run.findings)], options)) {
      const series = byId.get(idOf(measure)) ?? newSeries(measure);
      byId.set(series.id, series);
      const joined = joinOf(series.points, at, entries);
      series.points.push({ run: at, estimate: measure.estimate, bound: options.boundOf(run, measure), joined });
    }
  }
  return [...byId.values()].map((series) => ({ ...series, moved: hasMoved(series.points) }));
}

/** Of the equalities the strongest that is measured, unless metrics are named. */
function wanted(measures: readonly Measure[], { metrics }: HistoryOptions): Measure[] {
  if (metrics !== undefined) return measures.filter(({ metric }) => metrics.includes(metric.id));
  // what owes equality is followed by its equality: how far it moved says nothing more while that holds
  const chosen = measures.filter(
    ({ metric, report, promise }) => FIRST_LOOKED_AT.includes(metric.id) && (report !== 'drift' || promise === 'drift'),
  );
  const placeOf = ({ report, axis, level }: Measure): string => JSON.stringify([report, axis, level]);
  const strongest = new Map<string, string>();
  for (const measure of chosen)
    if (
      EQUALITIES.includes(measure.metric.id) &&
      measure.estimate.kind === 'measured' &&
      !strongest.has(placeOf(measure))
    )
      strongest.set(placeOf(measure), measure.metric.id);
  return chosen.filter(
    (measure) =>
      !EQUALITIES.includes(measure.metric.id) ||
      (measure.promise === 'bit-equal' && strongest.get(placeOf(measure)) === measure.metric.id),
  );
}

const idOf = ({ report, perturbation, axis, level, metric }: Measure): string =>
  [report, perturbation, axis, level, metric.id].join(' ');

function newSeries(measure: Measure): Growing {
  const { report, axis, level, label, metric } = measure;
  const { id, title, unit, interval } = metric;
  return { id: idOf(measure), report, axis, level, label, metric: id, title, unit, interval, points: [] };
}

/** From the last whole run that has a point, as long as each whole run on the way is comparable with the one before it. */
function joinOf(points: readonly HistoryPoint[], at: number, entries: readonly RunEntry[]): HistoryPoint['joined'] {
  const isWhole = ({ why, partial }: RunEntry): boolean => why === null && partial === null;
  const before = points.findLast(({ run }) => isWhole(entries[run]));
  if (before === undefined || !isWhole(entries[at])) return null;
  const kinds = entries
    .slice(before.run + 1, at + 1)
    .filter(isWhole)
    .map(({ link }) => link.kind);
  if (kinds.includes('not-comparable')) return null;
  return { from: before.run, kind: kinds.includes('target-changed') ? 'target-changed' : 'same' };
}

function hasMoved(points: readonly HistoryPoint[]): boolean {
  const values = points.flatMap(({ estimate }) => (estimate.kind === 'measured' ? [estimate.value] : []));
  return values.some((value) => value !== values[0]);
}
