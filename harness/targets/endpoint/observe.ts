/**
 * A request's observation from what a server returned. What it did not return is "unsupported" or null, never 0.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Exchange, Logits, PlannedRequest, RequestObservation, TokenAlternative } from '../../schema/index.ts';
import type { Produced } from '../dialects/index.ts';
import type { HttpAnswer } from '../http/index.ts';
import type { Alternative } from '../logprobs/index.ts';
import { finishReasonOf } from './finish-reason.ts';

export interface ObserveInput {
  readonly planned: PlannedRequest;
  readonly wave: number;
  /** The prompt in the units of the target's tokenizer. */
  readonly promptIds: readonly number[];
  readonly produced: Produced;
  readonly answer: HttpAnswer;
  readonly routeId: string;
  /** When the level began, on the clock of the answer. */
  readonly levelStartedMs: number;
}

const NO_LOGITS: Logits = {
  kind: 'unsupported',
  why: 'a server returns log-probabilities of a few alternatives, not logits',
};

export function observe(input: ObserveInput): RequestObservation {
  const { planned, produced } = input;
  return {
    requestId: planned.id,
    caseId: planned.caseId,
    role: planned.role,
    wave: input.wave,
    row: null,
    promptTokens: produced.promptCount,
    promptSha256: tokenDigest(input.promptIds),
    canary: planned.canary,
    tokenIds: [...(produced.tokenIds ?? [])],
    text: produced.text,
    finishReason: finishReasonOf(produced.finishReason),
    logprobs: produced.tokens.map(({ logprob }) => logprob),
    stepSha256: [],
    promptLogitsSha256: null,
    generated: NO_LOGITS,
    prompt: NO_LOGITS,
    promptNextTokenIds: [],
    forced: NO_LOGITS,
    exchange: exchangeOf(input),
  };
}

function exchangeOf({ planned, produced, answer, routeId, levelStartedMs }: ObserveInput): Exchange {
  const scored = planned.scoreLastPositions > 0 ? (produced.promptTokens ?? []).slice(-planned.scoreLastPositions) : [];
  return {
    route: routeId,
    tokenSource:
      produced.tokenIds !== null ? 'ids' : produced.tokens.some(({ text }) => text !== null) ? 'texts' : 'none',
    tokenTexts: produced.tokens.map(({ text }) => text),
    top: produced.tokens.map(({ top }) => top.map(alternativeOf)),
    textCollisions: produced.textCollisions,
    promptLogprobs: scored.map(({ logprob }) => logprob),
    completionTokens: produced.completionCount,
    cachedTokens: produced.cachedCount,
    finishReason: produced.finishReason,
    systemFingerprint: produced.systemFingerprint,
    model: produced.model,
    slot: produced.slot,
    truncated: produced.truncated,
    startedMs: Math.max(0, answer.startedMs - levelStartedMs),
    finishedMs: Math.max(0, answer.finishedMs - levelStartedMs),
    attempts: answer.attempts.map((attempt) => ({ ...attempt })),
  };
}

function alternativeOf({ tokenId, text, logprob }: Alternative): TokenAlternative {
  return { tokenId, text, logprob };
}

/** SHA-256 over token ids, 4 bytes each, little-endian. */
export function tokenDigest(tokenIds: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(tokenIds.length * 4));
  for (const [index, id] of tokenIds.entries()) view.setUint32(index * 4, id, true);
  return createHash('sha256').update(new Uint8Array(view.buffer)).digest('hex');
}
