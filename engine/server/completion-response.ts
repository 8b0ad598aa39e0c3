/**
 * Answers of `/v1/completions`: choices with text, log-probabilities of one shape for prompt and produced tokens, token ids.
 *
 * Every list has one entry per token; the first prompt token's log-probability is null, at its own place.
 * @module
 */
import type { PromptLogprob, TokenLogprob } from '../serving/index.ts';
import type { CompletionPlan } from './completion-request.ts';
import type { Generation, ProducedToken } from './generation.ts';
import { TextOffsets, tokenizer, tokenName } from './token-text.ts';

export interface CompletionLogprobs {
  readonly tokens: string[];
  readonly token_logprobs: (number | null)[];
  readonly top_logprobs: (Record<string, number> | null)[];
  readonly text_offset: number[];
}

export interface CompletionChoice {
  readonly index: number;
  readonly text: string;
  readonly logprobs: CompletionLogprobs | null;
  readonly finish_reason: string | null;
  readonly prompt_logprobs?: PromptLogprobs;
  readonly token_ids?: readonly number[];
  readonly prompt_token_ids?: readonly number[];
}

/** vLLM's shape: null for the first token, then the token itself and its alternatives by id. */
export type PromptLogprobs = (Record<
  string,
  { readonly logprob: number; readonly rank: number; readonly decoded_token: string }
> | null)[];

/** A choice that has ended. */
export function wholeChoice(plan: CompletionPlan, generation: Generation, index: number): CompletionChoice {
  const { asked, logprobs, promptLogprobs } = plan;
  const { request, result } = generation;
  if (result === null) throw new Error(`invariant: ${generation.id} is answered before its end`);
  const { tokenIds, text, finishReason } = result;
  const prompt = [...request.tokenIds];
  const writer = new LogprobWriter(asked.return_tokens_as_token_ids, logprobs ?? 0);
  if (asked.echo) writer.prompt(prompt, result.promptLogprobs ?? []);
  tokenIds.forEach((id, i) => writer.token(id, result.logprobs[i], result.topLogprobs[i] ?? []));
  return {
    index,
    text: asked.echo ? tokenizer.decode(prompt) + text : text,
    logprobs: logprobs === null ? null : writer.written,
    finish_reason: finishReason,
    ...(promptLogprobs === null ? {} : { prompt_logprobs: promptEntries(result.promptLogprobs ?? [], promptLogprobs) }),
    ...(asked.return_token_ids ? { token_ids: tokenIds, prompt_token_ids: prompt } : {}),
  };
}

/** A streamed choice, token by token. */
export class ChoiceDeltas {
  private readonly plan: CompletionPlan;
  private readonly generation: Generation;
  private readonly index: number;
  private readonly writer: LogprobWriter;
  private first = true;

  constructor(plan: CompletionPlan, generation: Generation, index: number) {
    this.plan = plan;
    this.generation = generation;
    this.index = index;
    const { asked } = plan;
    this.writer = new LogprobWriter(asked.return_tokens_as_token_ids, plan.logprobs ?? 0);
  }

  /** @param token - null: the end without a token @param ended - nothing comes after it */
  delta(token: ProducedToken | null, ended: boolean): CompletionChoice {
    const { asked, logprobs } = this.plan;
    const { request, result } = this.generation;
    const prompt = [...request.tokenIds];
    const { first } = this;
    this.first = false;
    this.writer.clear();
    if (first && asked.echo) this.writer.prompt(prompt, this.generation.promptLogprobs);
    if (token !== null) this.writer.token(token.tokenId, token.logprob, token.top);
    return {
      index: this.index,
      text: (first && asked.echo ? tokenizer.decode(prompt) : '') + (token?.text ?? ''),
      logprobs: logprobs === null ? null : this.writer.written,
      finish_reason: ended ? (result?.finishReason ?? null) : null,
      ...(asked.return_token_ids ? { token_ids: token === null ? [] : [token.tokenId] } : {}),
      ...(asked.return_token_ids && first ? { prompt_token_ids: prompt } : {}),
    };
  }
}

class LogprobWriter {
  written: CompletionLogprobs = emptyLogprobs();
  private readonly asIds: boolean;
  private readonly alternatives: number;
  private offsets = new TextOffsets(0);

  constructor(asIds: boolean, alternatives: number) {
    this.asIds = asIds;
    this.alternatives = alternatives;
  }

  clear(): void {
    this.written = emptyLogprobs();
  }

  prompt(tokenIds: readonly number[], scores: readonly PromptLogprob[]): void {
    tokenIds.forEach((id, i) => {
      const score = scores[i - 1];
      if (score === undefined) this.add(id, null, null);
      else this.add(id, score.logprob, score.top);
    });
    // the produced text is decoded for itself
    this.offsets = new TextOffsets(this.offsets.end());
  }

  token(tokenId: number, logprob: number, top: readonly TokenLogprob[]): void {
    this.add(tokenId, logprob, top);
  }

  private add(tokenId: number, logprob: number | null, top: readonly TokenLogprob[] | null): void {
    const { written, asIds } = this;
    written.tokens.push(tokenName(tokenId, asIds));
    written.token_logprobs.push(logprob);
    written.text_offset.push(this.offsets.next(tokenId));
    if (logprob === null || top === null) {
      written.top_logprobs.push(null);
      return;
    }
    const byName = top.slice(0, this.alternatives).map((one) => [tokenName(one.tokenId, asIds), one.logprob] as const);
    // the token itself is always there: up to one more than was asked for
    written.top_logprobs.push({ ...Object.fromEntries(byName), [tokenName(tokenId, asIds)]: logprob });
  }
}

function emptyLogprobs(): CompletionLogprobs {
  return { tokens: [], token_logprobs: [], top_logprobs: [], text_offset: [] };
}

/** @param alternatives - entries beside the token itself */
export function promptEntries(scores: readonly PromptLogprob[], alternatives: number): PromptLogprobs {
  const entries = scores.map(({ tokenId, logprob, rank, top }) => {
    const entry: Record<string, { logprob: number; rank: number; decoded_token: string }> = {};
    const add = (id: number, value: number, place: number): void => {
      entry[String(id)] = { logprob: value, rank: place, decoded_token: tokenName(id, false) };
    };
    top.slice(0, alternatives).forEach((one, i) => add(one.tokenId, one.logprob, i + 1));
    add(tokenId, logprob, rank);
    return entry;
  });
  return [null, ...entries];
}
