/**
 * Canary search: does an output contain a canary that was planted in another request?
 *
 * All outputs of the level AND of its reference are searched, mates included: a leak may show in either. A canary of the
 * reference job that appears in the level's job (or the reverse) is a hit too: it outlived its session.
 * A hit is the whole canary, in any letter case. Its words without the number are not a hit.
 * @module
 */
import type { LevelObservation, RequestObservation } from '../../harness/schema/index.ts';
import type { RowMember } from '../pairing/index.ts';

export interface CanaryHit {
  readonly side: 'reference' | 'level';
  readonly request: RequestObservation;
  readonly canary: string;
}

export interface CanarySearch {
  /** Outputs for which a canary of another request exists. */
  readonly outputs: number;
  /** Different canaries planted. */
  readonly planted: number;
  /** At most one hit per output. */
  readonly hits: readonly CanaryHit[];
}

export function searchCanaries({ reference, observed }: RowMember): CanarySearch {
  const planted = new Set([...canariesOf(reference), ...canariesOf(observed)]);
  const hits: CanaryHit[] = [];
  let outputs = 0;
  for (const [side, level] of [
    ['reference', reference],
    ['level', observed],
  ] as const) {
    for (const request of level.requests) {
      const foreign = [...planted].filter((canary) => canary !== fold(request.canary ?? ''));
      if (foreign.length === 0) continue;
      outputs++;
      const text = withoutOwnCanary(request);
      const canary = foreign.find((one) => text.includes(one));
      if (canary !== undefined) hits.push({ side, request, canary });
    }
  }
  return { outputs, planted: planted.size, hits };
}

function canariesOf({ requests }: LevelObservation): string[] {
  return requests.map(({ canary }) => fold(canary ?? '')).filter((canary) => canary !== '');
}

/** A request may repeat its own canary; that must not count when a foreign one is a part of it ("fig 91" of "fig 913"). */
function withoutOwnCanary({ canary, text }: RequestObservation): string {
  const own = fold(canary ?? '');
  return own === '' ? fold(text) : fold(text).replaceAll(own, '\0');
}

/** Letter case folded by Unicode's default mapping; no locale. */
const fold = (text: string): string => text.toLowerCase();
