/**
 * Comparison of two requests: bits, then tokens, then text. Digests only; no logits are loaded here.
 *
 * `null` is "cannot be compared": the target gives no logits, or no token ids.
 * @module
 */
import type { Divergence, Logits, RequestObservation } from '../../harness/schema/index.ts';
import type { RequestPair } from './rows.ts';

/** For people to look at; the record of the unit holds the whole text. */
const TEXT_CODE_POINTS_MAX = 400;

export interface Comparison {
  readonly pair: RequestPair;
  readonly bitsEqual: boolean | null;
  readonly tokensEqual: boolean | null;
  readonly textEqual: boolean;
  /** The logits of all produced tokens: equal digests. */
  readonly stepsEqual: boolean | null;
  /** Index of the first produced token whose logits differ in any bit. */
  readonly firstBitDiff: number | null;
  /** Index of the first produced token that differs. An output that goes on differs at the end of the shorter one. */
  readonly firstTokenDiff: number | null;
}

export function compare(pair: RequestPair): Comparison {
  const { reference, level } = pair;
  const tokens = tokensOf(reference, level);
  const stepsKnown = hasSteps(reference) && hasSteps(level);
  const firstTokenDiff = tokens === null ? null : firstDifference(tokens.reference, tokens.level);
  const firstBitDiff = stepsKnown ? firstDifference(reference.stepSha256, level.stepSha256) : null;
  return {
    pair,
    bitsEqual: bitsEqual(pair, stepsKnown ? firstBitDiff === null : null),
    tokensEqual: tokens === null ? null : firstTokenDiff === null,
    textEqual: reference.text === level.text,
    stepsEqual: stepsKnown ? firstBitDiff === null : null,
    firstBitDiff,
    firstTokenDiff,
  };
}

export function isDifferent({ bitsEqual, tokensEqual, textEqual }: Comparison): boolean {
  return bitsEqual === false || tokensEqual === false || !textEqual;
}

export function divergenceOf(comparison: Comparison, maxAbsLogprobDiff: number | null): Divergence {
  const { pair, firstBitDiff, firstTokenDiff } = comparison;
  return {
    unitId: pair.unitId,
    caseId: pair.caseId,
    requestId: pair.requestId,
    firstBitDiff,
    firstTokenDiff,
    maxAbsLogprobDiff,
    referenceText: shortText(pair.reference.text),
    levelText: shortText(pair.level.text),
  };
}

/** The first 400 code points. */
export function shortText(text: string): string {
  if (text.length <= TEXT_CODE_POINTS_MAX) return text;
  return Array.from(text).slice(0, TEXT_CODE_POINTS_MAX).join('');
}

/** Why a request has no bits to compare, for a row in which none has. */
export function whyNoBits({ reference, level }: RequestPair): string {
  for (const logits of [reference.generated, level.generated]) {
    if (logits.kind !== 'blob') return logits.why;
  }
  return 'the records hold no digests of logits';
}

/**
 * Equal digests of everything that both sides have: every produced token, the prompt (only when it is the same prompt), and
 * the stored blobs. null when there is nothing of the kind on both sides.
 */
function bitsEqual({ reference, level }: RequestPair, stepsEqual: boolean | null): boolean | null {
  const verdicts: boolean[] = stepsEqual === null ? [] : [stepsEqual];
  if (reference.promptSha256 === level.promptSha256) {
    if (reference.promptLogitsSha256 !== null && level.promptLogitsSha256 !== null) {
      verdicts.push(reference.promptLogitsSha256 === level.promptLogitsSha256);
    }
    pushBlobs(verdicts, reference.prompt, level.prompt);
  }
  pushBlobs(verdicts, reference.generated, level.generated);
  pushBlobs(verdicts, reference.forced, level.forced);
  return verdicts.length === 0 ? null : verdicts.every(Boolean);
}

function pushBlobs(verdicts: boolean[], a: Logits, b: Logits): void {
  if (a.kind === 'blob' && b.kind === 'blob') verdicts.push(a.sha256 === b.sha256);
}

/**
 * The tokens of both sides as ids; where a server gives no ids, as the texts of its tokens (two ids may share a text, so that equal
 * texts are a little less than equal tokens). Null when a side has neither.
 */
function tokensOf(
  reference: RequestObservation,
  level: RequestObservation,
): { readonly reference: readonly (number | string)[]; readonly level: readonly (number | string)[] } | null {
  if (hasTokens(reference) && hasTokens(level)) return { reference: reference.tokenIds, level: level.tokenIds };
  const [a, b] = [tokenTexts(reference), tokenTexts(level)];
  return a === null || b === null ? null : { reference: a, level: b };
}

function tokenTexts({ exchange }: RequestObservation): readonly string[] | null {
  const texts = exchange?.tokenTexts ?? [];
  const known = texts.filter((text) => text !== null);
  return known.length > 0 && known.length === texts.length ? known : null;
}

/** A target without token ids gives text and an empty list: that is "not known", not "no tokens". */
const hasTokens = ({ tokenIds, text }: RequestObservation): boolean => tokenIds.length > 0 || text.length === 0;

const hasSteps = ({ stepSha256, tokenIds }: RequestObservation): boolean =>
  stepSha256.length > 0 && stepSha256.length >= tokenIds.length;

function firstDifference<T>(a: readonly T[], b: readonly T[]): number | null {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return i;
  return a.length === b.length ? null : shorter;
}
