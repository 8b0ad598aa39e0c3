/**
 * One token as the harness knows it, whatever the server calls things. Six wire shapes become this record.
 *
 * Invariant: nothing is dropped. A missing value is null at its own index, so that index i is always token i.
 * @module
 */
import type { Wire } from '../http/index.ts';

/** Natural-log probability; null = unavailable (null on the wire, not finite, or the -9999 that stands for "none"). Never 0. */
export type Logprob = number | null;

export interface Alternative {
  readonly tokenId: number | null;
  readonly text: string | null;
  readonly bytes: readonly number[] | null;
  readonly logprob: Logprob;
}

export interface TokenRecord extends Alternative {
  /** Most likely first, as far as the server tells an order. */
  readonly top: readonly Alternative[];
  /** 1 = the most likely; null where the server does not tell. */
  readonly rank: number | null;
}

export interface TokenRecords {
  readonly tokens: readonly TokenRecord[];
  /**
   * Entries of `top` that may stand for several tokens: a mapping keyed by text holds two tokens of equal text once. Counted where it
   * shows (fewer entries than the other positions have), and null where the shape cannot collide.
   */
  readonly textCollisions: number | null;
}

/** vLLM's chat route fills in -9999.0 for a missing value, since -inf is no JSON. */
const UNAVAILABLE_AT_OR_BELOW = -9999;

export function logprobOf(value: unknown): Logprob {
  return typeof value === 'number' && Number.isFinite(value) && value > UNAVAILABLE_AT_OR_BELOW ? value : null;
}

/** `token_id:123`, with which vLLM answers `return_tokens_as_token_ids`. */
export function idInText(text: string | null): number | null {
  const match = text === null ? null : /^token_id:(\d{1,9})$/.exec(text);
  return match === null ? null : Number(match[1]);
}

export function bytesOf(wire: Wire | null): number[] | null {
  const list = wire?.['bytes'];
  if (!Array.isArray(list)) return null;
  return list.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255) ? (list as number[]) : null;
}

/** By falling log-probability; unavailable ones last; equal ones keep their order. */
export function mostLikelyFirst(entries: readonly Alternative[]): Alternative[] {
  return entries.toSorted((a, b) => (b.logprob ?? -Infinity) - (a.logprob ?? -Infinity) || 0);
}

/** The ids of the tokens; null when there is none, or one is not known. */
export function idsOfTokens(tokens: readonly TokenRecord[]): number[] | null {
  const ids = tokens.flatMap(({ tokenId }) => tokenId ?? []);
  return ids.length > 0 && ids.length === tokens.length ? ids : null;
}
