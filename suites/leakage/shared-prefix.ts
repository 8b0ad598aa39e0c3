/**
 * Shared prefixes: did a request get tokens from the cache that only others have put there? And did an owner find what it had left?
 *
 * A count and no timing: one token is a leak, whatever the output says. Where the target tells no counts nothing is concluded.
 * @module
 */
import type { Level, LevelObservation, Perturbation, RequestObservation } from '../../harness/schema/index.ts';
import type { RowMember } from '../pairing/index.ts';

export interface SharedPrefixes {
  /** Requests whose prompt only others have sent, and of which the target tells how much came from the cache. */
  readonly requests: number;
  /** Those that got something from it. */
  readonly shared: readonly RequestObservation[];
  readonly cachedTokens: number;
  /** Requests of which the target does not tell. */
  readonly unknown: number;
}

/** Null when the perturbation owes nothing of the kind at this level. */
export function sharedPrefixes(
  observed: Observed,
  perturbation: Pick<Perturbation, 'owesNoCachedTokens'> | undefined,
): SharedPrefixes | null {
  const owing = owingRequests(observed, perturbation?.owesNoCachedTokens);
  if (owing.length === 0) return null;
  const told = owing.filter((request) => cachedTokensOf(request) !== null);
  const shared = told.filter((request) => (cachedTokensOf(request) ?? 0) > 0);
  return {
    requests: told.length,
    shared,
    cachedTokens: shared.reduce((sum, request) => sum + (cachedTokensOf(request) ?? 0), 0),
    unknown: owing.length - told.length,
  };
}

export interface OwnPrefixes {
  /** Requests that have to find what their own sender has left, and of which the target tells. */
  readonly requests: number;
  readonly found: number;
}

/** Null when the perturbation owes nothing of the kind at this level. */
export function ownPrefixes(
  observed: Observed,
  perturbation: Pick<Perturbation, 'owesCachedTokens'> | undefined,
): OwnPrefixes | null {
  const owing = owingRequests(observed, perturbation?.owesCachedTokens);
  if (owing.length === 0) return null;
  const told = owing.flatMap((request) => cachedTokensOf(request) ?? []);
  return { requests: told.length, found: told.filter((tokens) => tokens > 0).length };
}

type Observed = Pick<RowMember, 'level'> & { readonly observed: LevelObservation };

function owingRequests(
  { level, observed }: Observed,
  owes: ((level: Level, requestId: string) => boolean) | undefined,
): RequestObservation[] {
  return observed.requests.filter(({ requestId }) => owes?.(level, requestId) === true);
}

function cachedTokensOf({ cachedTokens, exchange }: RequestObservation): number | null {
  return cachedTokens ?? exchange?.cachedTokens ?? null;
}
