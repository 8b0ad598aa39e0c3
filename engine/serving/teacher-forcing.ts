/**
 * Teacher forcing: the logits that predict given tokens after a prompt, on the request's own state, which is put back afterwards.
 * @module
 */
import { StateJournal } from '../cache/index.ts';
import type { StateBlock } from '../cache/index.ts';
import type { Model, StepSequence } from '../model/index.ts';
import type { AdmittedRequest } from './request.ts';

/** Logits that predict forced tokens 1 .. (the prompt's last row predicts token 0). The state has pages for all of them. */
export function scoreForced(
  model: Model,
  { id, prompt, forced }: AdmittedRequest,
  state: StateBlock,
  chunkSize: number,
): Float32Array[] {
  const rows: Float32Array[] = [];
  const end = state.length;
  const journal = new StateJournal();
  state.journal = journal;
  for (let at = 0; at < forced.length - 1; at += chunkSize) {
    const tokenIds = forced.slice(at, Math.min(at + chunkSize, forced.length - 1));
    const sequence: StepSequence = {
      request: id,
      state,
      start: state.length,
      from: 0,
      count: tokenIds.length,
      decode: false,
      windowStart: state.windowStart,
      promptLength: prompt.length,
    };
    const step = { tokenIds, sequences: [sequence] };
    rows.push(model.scoped(() => model.head(model.forward(step, null), tokenIds.length)));
  }
  journal.undoFrom(end);
  state.journal = null;
  state.length = end;
  return rows;
}
