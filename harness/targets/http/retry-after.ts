/**
 * How long a server asks to wait before the next attempt: `retry-after-ms`, then `retry-after` in seconds or as an HTTP date.
 *
 * Without a header the wait doubles from half a second to eight. No jitter: one harness is one client, and a wait that is drawn
 * would be one more thing that differs between two runs.
 * @module
 */

const FIRST_WAIT_MS = 500;
const BACKOFF_WAIT_MS_MAX = 8_000;

/** Statuses after which the same request may go better: timeout, conflict, rate limit, and every fault of the server. */
export function isRetryable(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/**
 * The wait that the server states, in milliseconds; null when it states none, or one that cannot be read.
 *
 * @param nowMs - wall clock, for the form with a date
 */
export function statedWaitMs(headers: Pick<Headers, 'get'>, nowMs: number): number | null {
  const milliseconds = wholeOrFraction(headers.get('retry-after-ms'));
  if (milliseconds !== null) return milliseconds;
  const text = headers.get('retry-after');
  if (text === null) return null;
  const seconds = wholeOrFraction(text);
  if (seconds !== null) return seconds * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

/** The wait before attempt `failed + 1` where the server states none. */
export function backoffWaitMs(failed: number): number {
  return Math.min(BACKOFF_WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** (failed - 1));
}

function wholeOrFraction(text: string | null): number | null {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null;
}
