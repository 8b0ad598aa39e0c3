/**
 * One context of llama.cpp and its sequences: requests of a wave are evaluated in step, so that each step is one batch.
 *
 * Every step waits for all rows of the one before it. Without that, a row whose logits are read sooner would go on alone, and the
 * batches would depend on the clock. A sequence is cleared before it is used again, as a server does with its slots.
 * @module
 */
import { TargetError } from '../../ports/index.ts';
import { createBatchWatch } from './batch-watch.ts';
import type { AskedNext, Evaluated, LlamaContext, LlamaModel, LlamaSequence } from './llama-package.ts';
import { checkContext, checkSequence } from './load-package.ts';
import type { GgufTargetOptions } from './options.ts';

/** One request as it is evaluated. */
export interface Row {
  readonly id: string;
  readonly promptIds: readonly number[];
  /** Tokens to produce, or to force. */
  readonly steps: number;
  /** Prompt positions to score, from the end. */
  readonly scored: number;
  /**
   * Prompt positions, from the end, for which llama.cpp works out an output, whether it is read or not. Part of the path: the last
   * layer and the head are evaluated for these rows together, and another number of rows gives other bits.
   */
  readonly outputs: number;
  /** False: only tokens are wanted. */
  readonly wantsLogits: boolean;
  /** The token of a step: `greedy` is llama.cpp's own choice. */
  readonly choose: (step: number, greedy: number, logits: Float32Array | null) => number;
}

export interface RowResult {
  /** Place in the batch that the prompt began in; null = not shown. */
  readonly row: number | null;
  readonly tokenIds: readonly number[];
  /** [steps, vocab], before each token; null where no logits were wanted. */
  readonly generated: Float32Array | null;
  /** [scored, vocab] */
  readonly prompt: Float32Array;
}

export interface Session {
  /** Rows beyond the context's sequences wait for the ones before them. */
  readonly run: (rows: readonly Row[]) => Promise<RowResult[]>;
  readonly counters: () => Readonly<Record<string, number>>;
  readonly close: () => Promise<void>;
}

interface StepInput {
  readonly slot: LlamaSequence;
  readonly tokens: readonly number[];
  /** Last positions with an output, and those of them whose logits are read. */
  readonly outputs: number;
  readonly logits: number;
}

export async function openSession(
  model: LlamaModel,
  options: GgufTargetOptions,
  vocabSize: number,
): Promise<Session & { readonly context: LlamaContext }> {
  const watch = createBatchWatch();
  const kvCacheType = options.kvCacheType.toUpperCase();
  const context = checkContext(
    await model.createContext({
      sequences: options.sequences,
      contextSize: options.contextSize,
      batchSize: options.batchSize,
      threads: options.threads,
      flashAttention: options.flashAttention,
      experimentalKvCacheKeyType: kvCacheType,
      experimentalKvCacheValueType: kvCacheType,
      swaFullCache: options.swaFullCache,
      failedCreationRemedy: false,
      batching: { itemPrioritizationStrategy: watch.strategy },
    }),
  );
  const slots: LlamaSequence[] = [];
  let slotReuses = 0;

  const emptySlot = async (row: number): Promise<LlamaSequence> => {
    if (slots[row] === undefined) {
      slots[row] = checkSequence(context.getSequence({ checkpoints: { interval: false } }));
    } else if (slots[row].nextTokenIndex > 0) {
      slotReuses++;
      await slots[row].clearHistory();
    }
    return slots[row];
  };

  /** Evaluates the next tokens of some rows together. */
  const step = async (inputs: readonly StepInput[]): Promise<(readonly (Evaluated | undefined)[])[]> => {
    watch.expect(inputs.map(({ tokens }) => tokens));
    return await Promise.all(
      inputs.map(({ slot, tokens, outputs, logits }) =>
        slot.controlledEvaluate(
          tokens.map((token, i): number | [number, AskedNext] => {
            const fromEnd = tokens.length - i;
            if (fromEnd > outputs) return token;
            return [token, { generateNext: { token: true, logits: fromEnd <= logits, options: { temperature: 0 } } }];
          }),
        ),
      ),
    );
  };

  const runTogether = async (rows: readonly Row[]): Promise<RowResult[]> => {
    const slotOf: LlamaSequence[] = [];
    for (const [index] of rows.entries()) slotOf.push(await emptySlot(index));
    const results = rows.map(({ steps, scored, wantsLogits }) => ({
      tokenIds: [] as number[],
      generated: wantsLogits ? new Float32Array(steps * vocabSize) : null,
      prompt: new Float32Array(scored * vocabSize),
    }));
    const take = (index: number, evaluated: Evaluated | undefined): void => {
      const { id, wantsLogits, choose } = rows[index];
      const { tokenIds, generated } = results[index];
      const at = tokenIds.length;
      const greedy = evaluated?.next.token;
      if (greedy === undefined || greedy === null) throw noAnswer(id, `a token at step ${at}`, 'none');
      const row = generated?.subarray(at * vocabSize, (at + 1) * vocabSize) ?? null;
      if (wantsLogits && row !== null) fillRow(row, evaluated, id);
      tokenIds.push(choose(at, greedy, row));
    };
    const begun = await step(
      rows.map(({ promptIds, scored, outputs, wantsLogits }, index) => ({
        slot: slotOf[index],
        tokens: promptIds,
        outputs: Math.max(1, scored, outputs),
        logits: Math.max(scored, wantsLogits ? 1 : 0),
      })),
    );
    const together = watch.inOrder();
    for (const [index, { id, scored }] of rows.entries()) {
      const evaluated = begun[index];
      for (let i = 0; i < scored; i++)
        fillRow(
          results[index].prompt.subarray(i * vocabSize, (i + 1) * vocabSize),
          evaluated[evaluated.length - scored + i],
          id,
        );
      take(index, evaluated[evaluated.length - 1]);
    }
    for (let done = 1; ; done++) {
      const going = rows.flatMap(({ steps }, index) => (steps > done ? [index] : []));
      if (going.length === 0) break;
      const evaluated = await step(
        going.map((index) => ({
          slot: slotOf[index],
          tokens: [results[index].tokenIds[done - 1]],
          outputs: 1,
          logits: rows[index].wantsLogits ? 1 : 0,
        })),
      );
      for (const [at, index] of going.entries()) take(index, evaluated[at][0]);
    }
    return results.map((result, index) => ({ ...result, row: together ? index : null }));
  };

  return {
    context,
    run: async (rows) => {
      const results: RowResult[] = [];
      for (let start = 0; start < rows.length; start += context.totalSequences)
        results.push(...(await runTogether(rows.slice(start, start + context.totalSequences))));
      return results;
    },
    counters: () => ({ ...watch.counters(), slotReuses }),
    close: () => context.dispose(),
  };
}

/** Copies logits into [vocab]. All of them must be there: a distribution with holes is none. */
function fillRow(row: Float32Array, evaluated: Evaluated | undefined, id: string): void {
  const logits = evaluated?.next.logits;
  if (logits === undefined || logits.size !== row.length)
    throw noAnswer(id, `${row.length} logits`, String(logits?.size ?? 'none'));
  for (const [token, value] of logits) {
    if (!Number.isFinite(value))
      throw new TargetError({
        code: 'TARGET_NOT_FINITE',
        at: `request ${id}, token ${token}`,
        expected: 'a finite logit',
        got: String(value),
        hint: '',
      });
    if (!(token >= 0 && token < row.length)) throw noAnswer(id, `token ids below ${row.length}`, String(token));
    row[token] = value;
  }
}

function noAnswer(id: string, expected: string, got: string): TargetError {
  return new TargetError({
    code: 'TARGET_ANSWER_INVALID',
    at: `node-llama-cpp, request ${id}`,
    expected,
    got,
    hint: '',
  });
}
