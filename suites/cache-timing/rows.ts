/**
 * From the times of an audit to rows: how far hits lie before misses, for each asker. Every time is in its row, outliers too. With dummies
 * it is the places in the order of first tokens that are compared.
 * @module
 */
import {
  ascending,
  aucOf,
  delongInterval,
  kolmogorovSmirnov,
  quantileOfSorted,
  tostAuc,
} from '../../harness/statistics/index.ts';
import type {
  CacheTiming,
  CacheTimingFindings,
  CacheTimingRow,
  Estimate,
  TimingArm,
  TimingAsker,
  TimingSample,
  TimingTimes,
} from '../../harness/schema/index.ts';
import { askersOf } from './trials.ts';

const CONFIDENCE = 0.95;
/** Fewer times have no variance. */
const LEAST_TIMES = 2;
const POINTS_MAX = 64;
/** A token that begins every prompt and a letter by chance are in common with any other prompt. */
const COMMON_TOKENS = 4;

const LABELS: Readonly<Record<TimingAsker, string>> = {
  'same-salt': 'the owner itself',
  'other-salt': 'another salt',
  'no-salt': 'no salt',
};

export function cacheTimingFindings(record: CacheTiming): CacheTimingFindings {
  const { settings, lengthUnit, clockResolutionMs, unsupported } = record;
  if (unsupported !== null) return { kind: 'unsupported', why: unsupported };
  const { promptLength, prefixShare, ownerRequests, dummies } = settings;
  return {
    kind: 'timed',
    lengthUnit,
    clockResolutionMs,
    promptLength,
    prefixShare,
    ownerRequests,
    ...(dummies === 0 ? {} : { dummies }),
    rows: askersOf(settings).map((asker) => rowOf(asker, record)),
  };
}

function rowOf(asker: TimingAsker, record: CacheTiming): CacheTimingRow {
  const { margin } = record.settings;
  const hits = armOf(asker, 'hit', record);
  const misses = armOf(asker, 'miss', record);
  const byPlace = record.settings.dummies > 0;
  const [sooner, later] = byPlace ? [hits.places, misses.places] : [hits.timesMs, misses.timesMs];
  const enough = Math.min(sooner.length, later.length) >= LEAST_TIMES;
  const ks = enough ? kolmogorovSmirnov(sooner, later, 'greater') : null;
  return {
    axis: 'cache-timing',
    level: asker,
    label: LABELS[asker],
    hits: timesOf(hits, byPlace),
    misses: timesOf(misses, byPlace),
    test: ks === null ? null : { statistic: ks.statistic, log10P: ks.logP / Math.LN10 },
    auc: enough ? aucEstimate(sooner, later) : { kind: 'not-measured', why: 'too few times' },
    equivalence: enough ? { margin, pValue: tostAuc({ hits: sooner, misses: later }, margin).p } : null,
    problem:
      hits.problem ??
      misses.problem ??
      cachedMisses(misses) ??
      (byPlace ? null : coarse(misses, record.clockResolutionMs)),
  };
}

interface Arm {
  readonly timesMs: readonly number[];
  /** In the order of first tokens, of those that were sent among dummies. */
  readonly places: readonly number[];
  /** Of each timed request; null = not told. */
  readonly told: readonly (number | null)[];
  /** Why there are fewer times than were asked for; null = all are there. */
  readonly problem: string | null;
}

function armOf(asker: TimingAsker, arm: TimingArm, { samples, settings }: CacheTiming): Arm {
  const own = samples.filter((sample) => sample.asker === asker && sample.arm === arm);
  const timed = own.flatMap(({ result }) => (result.kind === 'timed' ? [result] : []));
  const left = settings.perArm - timed.length;
  return {
    timesMs: timed.map(({ firstTokenMs }) => firstTokenMs),
    places: timed.flatMap(({ place }) => place ?? []),
    told: timed.map(({ cachedTokens }) => cachedTokens),
    problem: left <= 0 ? null : `${left} of ${settings.perArm} times are missing: ${whyOf(own)}`,
  };
}

function whyOf(samples: readonly TimingSample[]): string {
  const failed = samples.flatMap(({ result }) => (result.kind === 'error' ? [result.why] : []));
  return failed[0] ?? 'not run';
}

function timesOf({ timesMs, places, told }: Arm, byPlace: boolean): TimingTimes {
  const times = distributionOf(timesMs);
  return {
    n: timesMs.length,
    medianMs: times.median,
    pointsMs: times.points,
    ...(byPlace ? { places: distributionOf(places) } : {}),
    toldCached: told.some((tokens) => tokens === null) || told.length === 0 ? null : fromCache(told),
  };
}

interface Distribution {
  readonly median: number | null;
  /** Ascending: all where they are few, else quantiles. */
  readonly points: number[];
}

function distributionOf(values: readonly number[]): Distribution {
  const sorted = ascending(values);
  return {
    median: sorted.length === 0 ? null : medianOf(sorted),
    points:
      sorted.length <= POINTS_MAX
        ? [...sorted]
        : Array.from({ length: POINTS_MAX }, (_, at) => quantileOfSorted(sorted, at / (POINTS_MAX - 1))),
  };
}

const medianOf = (sorted: ArrayLike<number>): number => quantileOfSorted(sorted, 0.5);

const fromCache = (told: readonly (number | null)[]): number =>
  told.filter((tokens) => tokens !== null && tokens > COMMON_TOKENS).length;

function aucEstimate(hits: readonly number[], misses: readonly number[]): Estimate {
  const value = aucOf(hits, misses);
  const { low, high } = delongInterval({ positives: misses, negatives: hits }, CONFIDENCE);
  return { kind: 'measured', value, low, high, n: Math.min(hits.length, misses.length) };
}

/** A miss that the target itself says came from its cache is none. */
function cachedMisses({ told }: Arm): string | null {
  const found = fromCache(told);
  return found === 0 ? null : `${found} of ${told.length} prompts that nobody had sent came from the cache`;
}

function coarse({ timesMs }: Arm, resolutionMs: number): string | null {
  if (timesMs.length === 0 || medianOf(ascending(timesMs)) >= resolutionMs) return null;
  return `a first token takes less than one step of the clock, ${resolutionMs} ms`;
}
