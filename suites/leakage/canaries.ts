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
  /** Whose it is. */
  readonly source: Pick<CanaryHit, 'side' | 'request'>;
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
  const sides = [
    ['reference', reference],
    ['level', observed],
  ] as const;
  const planted = ownersOf(sides);
  const hits: CanaryHit[] = [];
  let outputs = 0;
  for (const [side, level] of sides) {
    for (const request of level.requests) {
      const foreign = [...planted].filter(([canary]) => canary !== fold(request.canary ?? ''));
      if (foreign.length === 0) continue;
      outputs++;
      const text = withoutOwnCanary(request);
      const found = foreign.find(([canary]) => text.includes(canary));
      if (found !== undefined) hits.push({ side, request, canary: found[0], source: found[1] });
    }
  }
  return { outputs, planted: planted.size, hits };
}

/** Each canary with the first request that has it, in the order of the observations. */
function ownersOf(
  sides: readonly (readonly [CanaryHit['side'], LevelObservation])[],
): ReadonlyMap<string, CanaryHit['source']> {
  const owners = new Map<string, CanaryHit['source']>();
  for (const [side, { requests }] of sides)
    for (const request of requests) {
      const canary = fold(request.canary ?? '');
      if (canary !== '' && !owners.has(canary)) owners.set(canary, { side, request });
    }
  return owners;
}

/** A request may repeat its own canary; that must not count when a foreign one is a part of it ("fig 91" of "fig 913"). */
function withoutOwnCanary({ canary, text }: RequestObservation): string {
  const own = fold(canary ?? '');
  return own === '' ? fold(text) : fold(text).replaceAll(own, '\0');
}

/** Letter case folded by Unicode's default mapping; no locale. */
const fold = (text: string): string => text.toLowerCase();
