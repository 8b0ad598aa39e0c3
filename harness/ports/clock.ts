/**
 * Clock: the only way to know the time. Pure rooms never ask; the others are given one, so that tests can hold time still.
 * @module
 */
import { setTimeout as pause } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds on a clock that never goes backwards; only differences mean something. */
  nowMs(): number;
  /** The wall clock in UTC, for example `2026-11-24T03:29:12.000Z`. */
  isoNow(): string;
  /** Waits; returns early, without an error, when the signal is given. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  isoNow: () => new Date().toISOString(),
  sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
};

/**
 * A clock for tests: each call of `nowMs` is `stepMs` later than the call before it; `isoNow` does not move time,
 * and `sleep` moves it without waiting.
 *
 * @param startIso - the first moment, an ISO date
 */
export function fixedClock(startIso: string, stepMs = 0): Clock {
  const startMs = Date.parse(startIso);
  if (Number.isNaN(startMs)) throw new RangeError(`fixedClock: expected an ISO date, got ${JSON.stringify(startIso)}`);
  let elapsedMs = 0;
  return {
    nowMs: () => {
      const now = elapsedMs;
      elapsedMs += stepMs;
      return now;
    },
    isoNow: () => new Date(startMs + elapsedMs).toISOString(),
    sleep: (ms) => {
      elapsedMs += ms;
      return Promise.resolve();
    },
  };
}
