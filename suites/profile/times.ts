/**
 * The two times of a sample: until the batch has its first tokens, and between tokens after that.
 * @module
 */
import type { TimedLevel, TimedRequest } from '../../harness/schema/index.ts';

/** Until the last request of the wave has its first piece; null when one has none. */
export function firstTokenMs({ requests }: TimedLevel): number | null {
  const firsts = requests.map(({ pieceMs }) => pieceMs[0]);
  return firsts.some((first) => first === undefined) ? null : Math.max(...firsts);
}

/**
 * From a request's first piece to its last, for each token after the first: the mean over the requests of the wave. Null when one has
 * fewer than two pieces.
 */
export function tokenMs({ requests }: TimedLevel): number | null {
  const gaps = requests.map((request) => {
    const { pieceMs } = request;
    if (pieceMs.length < 2) return null;
    return (pieceMs[pieceMs.length - 1] - pieceMs[0]) / Math.max(1, outputCount(request) - 1);
  });
  const known = gaps.filter((gap) => gap !== null);
  return known.length < gaps.length ? null : known.reduce((sum, gap) => sum + gap, 0) / known.length;
}

/** Tokens where they are counted, else pieces. */
export const outputCount = ({ completionTokens, pieceMs }: TimedRequest): number => completionTokens ?? pieceMs.length;
