/**
 * Token flips: where a pair takes another token for the first time, how far apart were the two tokens at the reference?
 *
 * The margin is log p(reference's token) - log p(level's token) in the reference's distribution: what the noise had to bridge. It is
 * at least top 1 - top 2, and equal to it where the level took the second. A margin below the noise is a near tie: `benign`. One that
 * is not is `hard`. Without both log-probabilities, or where the reference's token was sampled and not its most likely one, a flip is
 * `unknown`, and nothing excuses it.
 *
 * The noise is what a plain repeat moves the chosen tokens' log-probabilities by, at most. A run without repeats has the level's own
 * differences before its flips: these describe, and no gate may excuse anything by them, since a level that is wrong makes them large.
 * @module
 */
import type { RequestObservation, SuiteInput, TokenAlternative, TokenFlips } from '../../harness/schema/index.ts';
import { ascending, quantileOfSorted } from '../../harness/statistics/index.ts';
import { chosenLogprobs, type Comparison } from '../pairing/index.ts';

/** What the reference told of the two tokens. */
export interface FlipMargin {
  /** In nats; null = not known. */
  readonly marginNats: number | null;
  /** True: the level's token is not among the reference's alternatives, and the margin is at least this. */
  readonly isLowerBound: boolean;
}

export type FlipKind = 'benign' | 'hard' | 'unknown';
export type FlipNoise = TokenFlips['noise'];

const UNKNOWN: FlipMargin = { marginNats: null, isLowerBound: false };

/** Null when the pair has the same tokens, or none that could be compared. */
export function flipMargin(comparison: Comparison, loadLogits: SuiteInput['loadLogits']): FlipMargin | null {
  const { pair, firstTokenDiff: at } = comparison;
  if (at === null) return null;
  const { reference, level } = pair;
  if (reference.generated.kind === 'blob') {
    const { rows, cols } = reference.generated;
    const [own, other] = [reference.tokenIds[at], level.tokenIds[at]];
    // one of the two has ended here: what it took instead of a token is not recorded
    if (own === undefined || other === undefined || at >= rows) return UNKNOWN;
    return marginInRow(loadLogits(reference.generated).subarray(at * cols, (at + 1) * cols), own, other);
  }
  return marginInList(reference, level, at);
}

/** Log-probabilities of one row differ as its logits do. */
function marginInRow(row: Float32Array, own: number, other: number): FlipMargin {
  const top = row.reduce((largest, logit) => Math.max(largest, logit), Number.NEGATIVE_INFINITY);
  const marginNats = row[own] - row[other];
  if (row[own] !== top || !Number.isFinite(marginNats)) return UNKNOWN;
  return { marginNats, isLowerBound: false };
}

function marginInList(reference: RequestObservation, level: RequestObservation, at: number): FlipMargin {
  const list = reference.exchange?.top[at] ?? [];
  const [own, other] = [nameOf(reference, at), nameOf(level, at)];
  if (own === null || other === null) return UNKNOWN;
  const known = list.filter((one): one is TokenAlternative & { logprob: number } => one.logprob !== null);
  const find = (name: number | string): number | null => known.find((one) => isNamed(one, name))?.logprob ?? null;
  const [chosen, taken] = [find(own), find(other)];
  if (chosen === null || known.length < 2 || known.some(({ logprob }) => logprob > chosen)) return UNKNOWN;
  if (taken !== null) return { marginNats: chosen - taken, isLowerBound: false };
  const least = known.reduce((smallest, { logprob }) => Math.min(smallest, logprob), chosen);
  return { marginNats: chosen - least, isLowerBound: true };
}

const isNamed = ({ tokenId, text }: TokenAlternative, name: number | string): boolean =>
  typeof name === 'number' ? tokenId === name : text === name;

/** A token by its id, or by its text where the server's alternatives have no ids. */
function nameOf({ tokenIds, exchange }: RequestObservation, at: number): number | string | null {
  const hasIds = exchange?.top.flat().some(({ tokenId }) => tokenId !== null) === true;
  if (hasIds && tokenIds[at] !== undefined) return tokenIds[at];
  return exchange?.tokenTexts[at] ?? null;
}

export function kindOfFlip({ marginNats, isLowerBound }: FlipMargin, noise: FlipNoise): FlipKind {
  if (marginNats === null || 'kind' in noise) return 'unknown';
  if (marginNats >= noise.nats) return 'hard';
  return isLowerBound ? 'unknown' : 'benign';
}

/** The largest difference of a chosen token's log-probability while both sides have the same tokens; null = none is known. */
export function openNoise(): { readonly add: (comparison: Comparison) => void; readonly largest: () => number | null } {
  let largest: number | null = null;
  return {
    add: (comparison) => {
      const differences = chosenLogprobs(comparison)?.differences ?? [];
      for (const difference of differences) largest = Math.max(largest ?? 0, Math.abs(difference));
    },
    largest: () => largest,
  };
}

/** @param repeats - the largest difference of each row of repeats; empty = the run has none */
export function noiseOf(repeats: readonly (number | null)[], own: number | null): FlipNoise {
  const known = repeats.filter((one) => one !== null);
  if (known.length > 0) return { nats: Math.max(...known), from: 'repeat' };
  if (own !== null) return { nats: own, from: 'same-level' };
  return { kind: 'not-measured', why: 'no log-probability of a token that both sides produced' };
}

export function countFlips(flips: readonly FlipMargin[], noise: FlipNoise): TokenFlips {
  const kinds = flips.map((flip) => kindOfFlip(flip, noise));
  const count = (wanted: FlipKind): number => kinds.filter((kind) => kind === wanted).length;
  const margins = ascending(
    Float64Array.from(flips.flatMap(({ marginNats }) => (marginNats === null ? [] : [marginNats]))),
  );
  const marginNats =
    margins.length === 0 ? null : { p50: quantileOfSorted(margins, 0.5), max: margins[margins.length - 1] };
  return { benign: count('benign'), hard: count('hard'), unknown: count('unknown'), noise, marginNats };
}
