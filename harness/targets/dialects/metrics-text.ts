/**
 * The Prometheus text of `/metrics`: the value of one gauge, summed over its labels.
 * @module
 */
import type { HttpClient } from '../http/index.ts';

/** Null when there is no such gauge. */
function gaugeIn(text: string, name: string): number | null {
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
