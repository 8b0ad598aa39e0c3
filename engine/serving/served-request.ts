/**
 * One request on its way through a session: what it asked for, what it has produced, and what it holds.
 * @module
 */
import type { Lease, StateBlock } from '../cache/index.ts';
import type { AdmittedRequest, BatchResult, FinishReason, PromptLogprob } from './request.ts';
import { logSumExp, rankOf, topLogprobs } from './sampler.ts';
import type { TokenLogprob } from './sampler.ts';
import type { Client } from './response-routes.ts';
import type { TextStream } from './text-stream.ts';

export type Phase = 'waiting' | 'restoring' | 'running' | 'done';

export class ServedRequest {
  readonly request: AdmittedRequest;
  /** Order of arrival: also the priority. */
  readonly serial: number;
  /** Round of the session from which it may be admitted. */
  readonly arrivesAt: number;
  private readonly stream: TextStream;
  /** Who is to be told, looked up at each piece. */
  private readonly client: () => Client | null;
  phase: Phase = 'waiting';
  slot = -1;
  state: StateBlock | null = null;
  lease: Lease | null = null;
  /** Prompt and produced tokens: everything that is known. */
  tokens: number[];
  readonly tokenIds: number[] = [];
  readonly logprobs: number[] = [];
  readonly topLogprobs: TokenLogprob[][] = [];
  readonly promptLogprobs: PromptLogprob[] = [];
  readonly logits: Float32Array[] = [];
  readonly promptLogits: Float32Array[] = [];
  readonly forcedLogits: Float32Array[] = [];
  /** Prompt positions whose logits were given out. */
  scored = 0;
  /** Prompt tokens that came from the cache, and what the client is told of them. */
  reusedTokens = 0;
  cachedTokens = 0;
  /** Prompt chunks computed so far, recomputed ones included. */
  chunks = 0;
  /** Place of the next step's input, when it was sampled by the last one. */
  future: number | null = null;
  /** Tokens drafted for the next step. */
  drafts: number[] = [];
  /** First position that the draft layer has seen since it was last installed. */
  draftStart = 0;
  finishReason: FinishReason | null = null;

  constructor(
    request: AdmittedRequest,
    serial: number,
    arrivesAt: number,
    stream: TextStream,
    client: () => Client | null,
  ) {
    this.request = request;
    this.serial = serial;
    this.arrivesAt = arrivesAt;
    this.stream = stream;
    this.client = client;
    this.tokens = [...request.prompt];
  }

  get promptDone(): boolean {
    return this.tokenIds.length > 0 || this.scored >= this.request.prompt.length;
  }

  /** First position whose logits are still needed: a prefix cache may give the positions before it, no more. */
  get firstNeeded(): number {
    const { request, tokenIds } = this;
    const last = request.prompt.length + tokenIds.length - 1;
    if (tokenIds.length > 0) return last;
    if (request.onPromptLogits !== null || request.promptLogprobs !== null) return Math.min(this.scored, last);
    const wanted = request.prompt.length - Math.max(1, request.scoreLastPositions);
    return Math.max(0, Math.min(last, Math.max(this.scored, wanted)));
  }

  /** Takes a produced token with the logits it was sampled from, and those it is reported with. */
  produce(token: number, reported: Float32Array): void {
    const { request } = this;
    const logprob = reported[token] - logSumExp(reported);
    this.tokenIds.push(token);
    this.tokens.push(token);
    this.logprobs.push(logprob);
    const top = request.topLogprobs > 0 ? topLogprobs(reported, request.topLogprobs) : [];
    if (request.topLogprobs > 0) this.topLogprobs.push(top);
    if (request.keepLogits) this.logits.push(reported.slice());
    this.client()?.onToken?.(token, logprob, top);
    const stopToken = request.stopTokenIds.includes(token);
    this.emit(stopToken ? '' : this.stream.push(token));
    if (stopToken || this.stream.stopped) this.finishReason = 'stop';
    else if (this.tokenIds.length >= request.maxTokens) this.finishReason = 'length';
    if (this.finishReason !== null) this.emit(this.stream.end());
  }

  private emit(piece: string): void {
    if (piece !== '') this.client()?.onText?.(piece);
  }

  /** Takes the logits of prompt positions from .. from + n, in order, each once. */
  scorePrompt(logits: Float32Array, from: number, vocabSize: number): void {
    const { request } = this;
    const n = logits.length / vocabSize;
    const skip = Math.max(0, this.scored - from);
    if (skip >= n) return;
    const fresh = logits.subarray(skip * vocabSize);
    request.onPromptLogits?.(fresh);
    const before = this.promptLogprobs.length;
    for (let i = skip; i < n; i++) {
      const position = from + i;
      const row = logits.subarray(i * vocabSize, (i + 1) * vocabSize);
      if (position >= request.prompt.length - request.scoreLastPositions) this.promptLogits.push(row.slice());
      if (request.promptLogprobs !== null && position + 1 < request.prompt.length) {
        const tokenId = request.prompt[position + 1];
        const top = topLogprobs(row, request.promptLogprobs);
        this.promptLogprobs.push({ tokenId, logprob: row[tokenId] - logSumExp(row), rank: rankOf(row, tokenId), top });
      }
    }
    if (this.promptLogprobs.length > before) request.onPromptLogprobs?.(this.promptLogprobs.slice(before));
    this.scored = from + n;
  }

  result(): BatchResult {
    const { request } = this;
    return {
      id: request.id,
      row: this.slot,
      tokenIds: this.tokenIds,
      text: this.stream.text,
      finishReason: this.finishReason ?? 'length',
      cachedTokens: this.cachedTokens,
      promptLogprobs: request.promptLogprobs === null ? null : this.promptLogprobs,
      logprobs: this.logprobs,
      topLogprobs: this.topLogprobs,
      logits: request.keepLogits ? joinRows(this.logits) : null,
      promptLogits: request.scoreLastPositions > 0 ? joinRows(this.promptLogits) : null,
      forcedLogits: request.forced.length > 0 ? joinRows(this.forcedLogits) : null,
    };
  }
}

/** Rows one after another. */
function joinRows(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}
