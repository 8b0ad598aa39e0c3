/**
 * The Prometheus text of `/metrics`: the value of one gauge, summed over its labels, and histograms of rows per step.
 * @module
 */
import type { HttpClient } from '../http/index.ts';
import type { StepRows } from './dialect.ts';

/** Null when there is no such gauge. */
export function gaugeIn(text: string, name: string): number | null {
  let sum: number | null = null;
  for (const line of text.split('\n')) {
    if (!line.startsWith(name)) continue;
    const rest = line.slice(name.length);
    const match = /^(?:\{.*\})?\s+([-+0-9.eE]+)(?:\s+\d+)?\s*$/.exec(rest);
    const value = match === null ? Number.NaN : Number(match[1]);
    if (Number.isFinite(value)) sum = (sum ?? 0) + value;
  }
  return sum;
}

/** Reads a gauge now; null when the server does not show it. */
export function gaugeReader(name: string): (client: HttpClient) => Promise<number | null> {
  return async (client) => {
    const answer = await client.send('root:/metrics', { retry: false });
    return answer.status === 200 ? gaugeIn(answer.text, name) : null;
  };
}

/** Reads a histogram now; null when the server does not show it. */
export function histogramReader(name: string): (client: HttpClient) => Promise<StepRows | null> {
  return async (client) => {
    const answer = await client.send('root:/metrics', { retry: false });
    return answer.status === 200 ? histogramIn(answer.text, name) : null;
  };
}

export function histogramIn(text: string, name: string): StepRows | null {
  const sum = gaugeIn(text, `${name}_sum`);
  const count = gaugeIn(text, `${name}_count`);
  const buckets = [...text.matchAll(/^([\w:]+)_bucket\{le="([^"]+)"\} (\d+)$/gm)]
    .filter(([, own]) => own === name)
    .map(([, , le, steps]) => ({ le: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), steps: Number(steps) }));
  return sum === null || count === null || buckets.length === 0 ? null : { buckets, sum, count };
}

/**
 * The most rows that some step between two readings had for certain: more than the bound below the highest bucket that grew, and no
 * fewer than the mean. 0 = no step.
 */
export function leastMaxRows(before: StepRows, after: StepRows): number {
  const grown = after.buckets.map(({ le, steps }, index) => ({
    le,
    steps: steps - (before.buckets[index]?.steps ?? 0),
  }));
  let bound = 0;
  for (const [index, { steps }] of grown.entries()) {
    const below = grown[index - 1];
    if (steps > (below?.steps ?? 0)) bound = (below?.le ?? 0) + 1;
  }
  const steps = after.count - before.count;
  return steps <= 0 ? 0 : Math.max(bound, Math.ceil((after.sum - before.sum) / steps - 1e-9));
}
