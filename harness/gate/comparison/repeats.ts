/**
 * Repeated requests of two results: what the base and the head answered to the same request, time after time.
 * @module
 */
import type { Baseline, OutputDigests } from '../../schema/index.ts';

/** The axis whose levels send the same request again. */
const REPEAT = 'repeat';

export interface Repeated {
  readonly id: string;
  readonly first: OutputDigests;
  /** Later outputs of the base, and those of the head at the same levels. */
  readonly base: readonly OutputDigests[];
  readonly head: readonly OutputDigests[];
}

/** Requests with at least one later output on both sides. */
export function repeatedRequests(base: Baseline, head: Baseline): Repeated[] {
  const found: Repeated[] = [];
  for (const [unitId, levels] of Object.entries(base.units)) {
    const other = Object.hasOwn(head.units, unitId) ? head.units[unitId] : undefined;
    const ids = Object.keys(levels).filter((id) => levels[id].axis === REPEAT);
    if (other === undefined || !ids.includes('none')) continue;
    const later = ids.filter((id) => id !== 'none' && Object.hasOwn(other, id));
    for (const [requestId, first] of Object.entries(levels['none'].requests)) {
      const pairs = later.flatMap((id) => {
        const [own, theirs] = [levels[id].requests[requestId], other[id].requests[requestId]];
        return own === undefined || theirs === undefined ? [] : [{ own, theirs }];
      });
      if (pairs.length === 0) continue;
      found.push({
        id: `${unitId} ${requestId}`,
        first,
        base: pairs.map(({ own }) => own),
        head: pairs.map(({ theirs }) => theirs),
      });
    }
  }
  return found;
}
