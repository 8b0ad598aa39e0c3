/**
 * From the times of an audit to rows: how far hits lie before misses, for each asker. Every time is in its row, outliers too.
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
  const { promptLength, prefixShare, ownerRequests } = settings;
  return {
    kind: 'timed',
    lengthUnit,
    clockResolutionMs,
    promptLength,
    prefixShare,
    ownerRequests,
    rows: askersOf(settings).map((asker) => rowOf(asker, record)),
  };
}

function rowOf(asker: TimingAsker, record: CacheTiming): CacheTimingRow {
  const { margin } = record.settings;
  const hits = armOf(asker, 'hit', record);
  const misses = armOf(asker, 'miss', record);
  const enough = Math.min(hits.timesMs.length, misses.timesMs.length) >= LEAST_TIMES;
  const ks = enough ? kolmogorovSmirnov(hits.timesMs, misses.timesMs, 'greater') : null;
  return {
    axis: 'cache-timing',
    level: asker,
    label: LABELS[asker],
    hits: timesOf(hits),
    misses: timesOf(misses),
    test: ks === null ? null : { statistic: ks.statistic, log10P: ks.logP / Math.LN10 },
    auc: enough ? aucEstimate(hits, misses) : { kind: 'not-measured', why: 'too few times' },
    equivalence: enough ? { margin, pValue: tostAuc({ hits: hits.timesMs, misses: misses.timesMs }, margin).p } : null,
    problem: hits.problem ?? misses.problem ?? cachedMisses(misses) ?? coarse(misses, record.clockResolutionMs),
  };
}

interface Arm {
  readonly timesMs: readonly number[];
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
    told: timed.map(({ cachedTokens }) => cachedTokens),
    problem: left <= 0 ? null : `${left} of ${settings.perArm} times are missing: ${whyOf(own)}`,
  };
}

function whyOf(samples: readonly TimingSample[]): string {
  const failed = samples.flatMap(({ result }) => (result.kind === 'error' ? [result.why] : []));
  return failed[0] ?? 'not run';
}

function timesOf({ timesMs, told }: Arm): TimingTimes {
  const sorted = ascending(timesMs);
  return {
    n: timesMs.length,
    medianMs: sorted.length === 0 ? null : medianOf(sorted),
    pointsMs:
      sorted.length <= POINTS_MAX
        ? [...sorted]
        : Array.from({ length: POINTS_MAX }, (_, at) => quantileOfSorted(sorted, at / (POINTS_MAX - 1))),
    toldCached: told.some((tokens) => tokens === null) || told.length === 0 ? null : fromCache(told),
  };
}

const medianOf = (sorted: ArrayLike<number>): number => quantileOfSorted(sorted, 0.5);

const fromCache = (told: readonly (number | null)[]): number =>
  told.filter((tokens) => tokens !== null && tokens > COMMON_TOKENS).length;

function aucEstimate(hits: Arm, misses: Arm): Estimate {
  const value = aucOf(hits.timesMs, misses.timesMs);
  const { low, high } = delongInterval({ positives: misses.timesMs, negatives: hits.timesMs }, CONFIDENCE);
  return { kind: 'measured', value, low, high, n: Math.min(hits.timesMs.length, misses.timesMs.length) };
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
