/**
 * Concurrency from timings: how many requests were under way at once, as the client saw it.
 *
 * That is an upper bound of what the server batched and no proof of a batch.
 * @module
 */

export interface Span {
  readonly startedMs: number;
  readonly finishedMs: number;
}

/** The largest number of spans that share a moment; a span that ends when another begins does not overlap it. */
export function maxOverlap(spans: readonly Span[]): number {
  const edges = spans.flatMap(({ startedMs, finishedMs }) => [
    { atMs: startedMs, change: 1 },
    { atMs: finishedMs, change: -1 },
  ]);
  // at one moment ends come before beginnings
  edges.sort((a, b) => a.atMs - b.atMs || a.change - b.change);
  let now = 0;
  let most = 0;
  for (const { change } of edges) most = Math.max(most, (now += change));
  return most;
}
