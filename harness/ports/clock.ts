/**
 * Clock: the only way to know the time. Pure rooms never ask; the others are given one, so that tests can hold time still.
 * @module
 */

export interface Clock {
  /** Milliseconds on a clock that never goes backwards; only differences mean something. */
  nowMs(): number;
  /** The wall clock in UTC, for example `2026-11-24T03:29:12.000Z`. */
  isoNow(): string;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  isoNow: () => new Date().toISOString(),
};

/**
 * A clock for tests: each call of `nowMs` is `stepMs` later than the call before it; `isoNow` does not move time.
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
  };
}
