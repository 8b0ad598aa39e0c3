/**
 * A timing audit: trial after trial on one lane, in the order that it is given, with nothing else in flight.
 *
 * Nothing is tried again: a second attempt would find what the first one has left in the cache. A trial that fails is a sample with its
 * reason.
 * @module
 */
import type { Clock } from '../ports/index.ts';
import { knobsOf, type CacheTiming, type LevelJob, type LevelTimer, type TimingSample } from '../schema/index.ts';
import { clockResolution, timedSample } from './timed-sample.ts';

type Trial = Pick<TimingSample, 'trial' | 'asker' | 'arm'>;

export interface ExecuteCacheTimingInput<Own extends Trial> {
  readonly timer: LevelTimer;
  readonly trials: readonly Own[];
  /** The last wave is timed: its probe, which may be sent together with others. */
  readonly jobFor: (trial: Own) => LevelJob;
  /** What the target can be asked for. */
  readonly knobs: readonly string[];
  readonly pauseMs: number;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  readonly signal: AbortSignal;
  readonly onTrial?: (done: number, of: number) => void;
}

export type CacheTimingTaken = Pick<CacheTiming, 'clockResolutionMs' | 'unsupported' | 'samples'>;

/** Null when the signal was given before all was measured: a part of a pair is not balanced. */
export async function executeCacheTiming<Own extends Trial>(
  input: ExecuteCacheTimingInput<Own>,
): Promise<CacheTimingTaken | null> {
  const { timer, trials, jobFor, clock, pauseMs, signal } = input;
  const clockResolutionMs = clockResolution(clock);
  const missing = trials.length === 0 ? [] : knobsOf(jobFor(trials[0])).filter((name) => !input.knobs.includes(name));
  if (missing.length > 0)
    return { clockResolutionMs, unsupported: `sets ${missing.join(', ')}; the target cannot`, samples: [] };
  const samples: TimingSample[] = [];
  for (const [done, own] of trials.entries()) {
    if (done > 0 && pauseMs > 0) await clock.sleep(pauseMs, signal);
    if (signal.aborted) return null;
    const { trial, asker, arm } = own;
    samples.push({ trial, asker, arm, result: await firstTokenOf(jobFor(own), timer) });
    input.onTrial?.(done + 1, trials.length);
  }
  return signal.aborted ? null : { clockResolutionMs, unsupported: null, samples };
}

async function firstTokenOf(job: LevelJob, timer: LevelTimer): Promise<TimingSample['result']> {
  const sample = await timedSample(job, timer, 'cache timing');
  if (sample.kind === 'error') return sample;
  const { requests } = sample;
  const firsts = requests.map(({ pieceMs }) => pieceMs.at(0) ?? Number.NaN);
  const probe = job.waves.at(-1)?.find(({ role }) => role === 'probe');
  const timed = requests.length === 1 ? 0 : requests.findIndex(({ requestId }) => requestId === probe?.id);
  if (timed < 0)
    return { kind: 'error', why: `there are times of ${requests.length} requests, and none of the timed one` };
  if (firsts.some(Number.isNaN)) return { kind: 'error', why: 'an answer came without a piece' };
  const firstTokenMs = firsts[timed];
  const { cachedTokens } = requests[timed];
  return requests.length === 1
    ? { kind: 'timed', firstTokenMs, cachedTokens }
    : { kind: 'timed', firstTokenMs, place: placeOf(firstTokenMs, firsts), cachedTokens };
}

/** From 1, ties half. @param values - with `value` itself among them */
function placeOf(value: number, values: readonly number[]): number {
  const before = values.filter((other) => other < value).length;
  const together = values.filter((other) => other === value).length;
  return before + (together + 1) / 2;
}
