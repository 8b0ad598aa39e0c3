/**
 * From the samples of a profile to rows and curves. Every counted sample is in its row, outliers too; warm-up rounds are not.
 * @module
 */
import { medianInterval, theilSenSlope } from '../../harness/statistics/index.ts';
import type {
  Estimate,
  Profile,
  ProfileCell,
  ProfileCurve,
  ProfileFindings,
  ProfileRow,
  TimedLevel,
  TimeEstimate,
} from '../../harness/schema/index.ts';
import { tierProblem } from './jobs.ts';
import { firstTokenMs, outputCount, tokenMs } from './times.ts';

const CONFIDENCE = 0.95;

/** One sample of a cell that was timed. */
interface Timed extends TimedLevel {
  readonly round: number;
}

interface CellSamples {
  readonly cell: ProfileCell;
  readonly timed: readonly Timed[];
  /** Why there are none, or fewer than rounds; null = all rounds are there. */
  readonly problem: string | null;
}

export function profileFindings(profile: Profile): ProfileFindings {
  const { cells, unsupported, settings, clockResolutionMs, lengthUnit } = profile;
  if (unsupported.length === cells.length) return { kind: 'unsupported', why: unsupported[0].why };
  const missing = new Map(unsupported.map(({ cellId, why }) => [cellId, why]));
  const samples = cells.map((cell) => samplesOf(cell, profile, missing.get(cell.id) ?? null));
  return {
    kind: 'profiled',
    lengthUnit,
    clockResolutionMs,
    rounds: settings.repeats,
    warmups: settings.warmups,
    rows: samples.map((one) => rowOf(one, missing.get(one.cell.id) ?? null, clockResolutionMs)),
    curves: curvesOf(samples),
  };
}

function samplesOf(cell: ProfileCell, profile: Profile, unsupported: string | null): CellSamples {
  const counted = profile.samples.filter(({ cellId, warmup }) => cellId === cell.id && !warmup);
  const timed = counted.flatMap(({ round, result }) => (result.kind === 'timed' ? [{ ...result, round }] : []));
  const failed = counted.find(({ result }) => result.kind === 'error');
  const why = failed?.result.kind === 'error' ? failed.result.why : 'not run';
  const left = profile.settings.repeats - timed.length;
  const exercised = timed.map((one) => tierProblem(cell, one.counters)).find((one) => one !== null);
  const problem =
    unsupported ?? (left > 0 ? `${left} of ${profile.settings.repeats} rounds without a time: ${why}` : null);
  return { cell, timed, problem: problem ?? exercised ?? null };
}

function rowOf({ cell, timed, problem }: CellSamples, unsupported: string | null, resolutionMs: number): ProfileRow {
  const none: Estimate | null =
    unsupported !== null
      ? { kind: 'unsupported', why: unsupported }
      : timed.length === 0
        ? { kind: 'not-measured', why: problem ?? 'not run' }
        : null;
  const prompts = timed.flatMap(({ requests }) => requests.map(({ promptTokens }) => promptTokens));
  const bytes = (pick: (measured: TimedBytes) => number | null, per: Per): Estimate =>
    none ?? bytesPerToken(timed, pick, per);
  return {
    ...cell,
    promptTokens: prompts.length === 0 ? null : medianOf(prompts),
    firstTokenMs: timeEstimate(timed.map(firstTokenMs), none, resolutionMs),
    tokenMs: timeEstimate(timed.map(tokenMs), none, resolutionMs),
    tokensBy: timed.every(({ requests }) => requests.every((one) => one.completionTokens !== null))
      ? 'tokens'
      : 'pieces',
    heldBytesPerToken: bytes(({ held }) => held, 'prompt'),
    readBytesPerToken: bytes(({ read }) => read, 'output'),
    movedBytesPerToken: bytes(({ moved }) => moved, 'prompt'),
    evidence: leastCounters(timed),
    problem,
  };
}

function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length < values.length ? null : medianInterval(known, CONFIDENCE).median;
}

function timeEstimate(times: readonly (number | null)[], none: Estimate | null, resolutionMs: number): TimeEstimate {
  const known = times.filter((time) => time !== null);
  if (none !== null || known.length === 0)
    return { median: none ?? { kind: 'not-measured', why: 'too few pieces came' }, least: null, most: null };
  const { median, interval } = medianInterval(known, CONFIDENCE);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  if (median < resolutionMs)
    return { median: { kind: 'not-measured', why: `below one step of the clock, ${resolutionMs} ms` }, least, most };
  return {
    median: {
      kind: 'measured',
      value: median,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      n: known.length,
    },
    least,
    most,
  };
}

type TimedBytes = Extract<TimedLevel['bytes'], { kind: 'measured' }>;
type Per = 'prompt' | 'output';

/** A count, so that rounds are equal; where they are not, low and high are the extremes. */
function bytesPerToken(timed: readonly Timed[], pick: (measured: TimedBytes) => number | null, per: Per): Estimate {
  const values: number[] = [];
  for (const level of timed) {
    if (level.bytes.kind === 'unsupported') return level.bytes;
    const tokens =
      per === 'prompt'
        ? level.requests.reduce((sum, { promptTokens }) => sum + (promptTokens ?? 0), 0)
        : level.requests.reduce((sum, request) => sum + Math.max(0, outputCount(request) - 1), 0);
    if (tokens === 0) return { kind: 'not-measured', why: `no ${per} tokens were counted` };
    const bytes = pick(level.bytes);
    if (bytes === null) return { kind: 'not-measured', why: 'requests of the batch did not decode in step' };
    values.push(bytes / tokens);
  }
  const { median } = medianInterval(values, CONFIDENCE);
  return { kind: 'measured', value: median, low: Math.min(...values), high: Math.max(...values), n: values.length };
}

function leastCounters(timed: readonly Timed[]): Record<string, number> {
  const least: Record<string, number> = {};
  for (const name of Object.keys(timed[0]?.counters ?? {}).toSorted())
    least[name] = Math.min(...timed.map(({ counters }) => counters[name] ?? 0));
  return least;
}

function curvesOf(samples: readonly CellSamples[]): ProfileCurve[] {
  const curves = new Map<string, CellSamples[]>();
  for (const one of samples) {
    const { precision, batch, tier } = one.cell;
    const key = `${precision} ${batch} ${tier}`;
    curves.set(key, [...(curves.get(key) ?? []), one]);
  }
  return [...curves.values()].map((own) => {
    const { precision, batch, tier } = own[0].cell;
    return {
      precision,
      batch,
      tier,
      cellIds: own.map(({ cell }) => cell.id),
      firstTokenSlopeMs: slope(own, firstTokenMs),
      tokenSlopeMs: slope(own, tokenMs),
    };
  });
}

/** One slope a round, over the cells of that round: what is slow in a whole round tilts nothing. */
function slope(own: readonly CellSamples[], timeOf: (level: TimedLevel) => number | null): Estimate {
  const usable = own.filter(({ problem }) => problem === null);
  if (usable.length < 2) return { kind: 'not-measured', why: 'needs two context lengths that were measured' };
  const rounds = [...new Set(usable.flatMap(({ timed }) => timed.map(({ round }) => round)))];
  const slopes = rounds.flatMap((round) => {
    const points = usable.flatMap(({ cell, timed }) => {
      const sample = timed.find((one) => one.round === round);
      const y = sample === undefined ? null : timeOf(sample);
      return sample === undefined || y === null ? [] : [{ x: lengthOf(sample, cell), y }];
    });
    return theilSenSlope(points) ?? [];
  });
  if (slopes.length === 0) return { kind: 'not-measured', why: 'no round has times at two context lengths' };
  const { median, interval } = medianInterval(slopes, CONFIDENCE);
  return {
    kind: 'measured',
    value: median,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    n: slopes.length,
  };
}

/** As the target counted it, else as it was asked for. */
function lengthOf({ requests }: TimedLevel, { contextLength }: ProfileCell): number {
  return medianOf(requests.map(({ promptTokens }) => promptTokens)) ?? contextLength;
}
