/**
 * Drafting with the MTP block: it reads the streams of each computed token together with the token after it and predicts the one
 * after that. Further drafts feed it its own streams.
 *
 * Drafts change nothing but speed: the model verifies each. The draft layer's own window sees real tokens only; what further drafts
 * write there is undone. Source: specification section 15.
 * @module
 */
import { StateJournal } from '../cache/index.ts';
import type { Model, StepSequence } from '../model/index.ts';
import type { ServedRequest } from './served-request.ts';

/**
 * @param streams - [n, hcMult, D] of positions start .. start + n, whose next tokens are known
 * @param wanted - how many tokens to draft; 0 = only take the positions in
 * @param pick - chooses a token from logits [vocab]; the index counts the request's produced tokens
 */
export function draftTokens(
  model: Model,
  r: ServedRequest,
  streams: Float32Array,
  start: number,
  wanted: number,
  pick: (logits: Float32Array, index: number) => number,
): number[] {
  const { vocabSize, hcMult, hiddenSize } = model.config;
  const width = hcMult * hiddenSize;
  const count = streams.length / width;
  if (count === 0) return [];
  const run = (rows: Float32Array, at: number, tokens: readonly number[]): ReturnType<Model['mtp']> => {
    const sequence: StepSequence = {
      request: r.request.id,
      state: r.state!,
      start: at,
      from: 0,
      count: tokens.length,
      decode: false,
      windowStart: r.draftStart,
      promptLength: r.request.prompt.length,
    };
    return model.mtp(rows, { tokenIds: Int32Array.from(tokens), sequences: [sequence] });
  };
  let out = run(streams, start, r.tokens.slice(start + 1, start + 1 + count));
  const drafts: number[] = [];
  const journal = new StateJournal();
  r.state!.journal = journal;
  const lastOf = (all: Float32Array, size: number): Float32Array => all.subarray(all.length - size);
  while (drafts.length < wanted) {
    drafts.push(pick(lastOf(out.logits, vocabSize), r.tokenIds.length + drafts.length));
    if (drafts.length < wanted)
      out = run(lastOf(out.streams, width), start + count + drafts.length - 1, [drafts[drafts.length - 1]]);
  }
  journal.undoFrom(start + count);
  r.state!.journal = null;
  return drafts;
}
