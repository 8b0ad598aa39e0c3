/**
 * A stand-in for node-llama-cpp: bytes as tokens, logits from a hash of the context, and batches made as the package makes them:
 * what waits when the event loop comes round is offered to the strategy until all of it is done.
 * @module
 */
import { setImmediate as nextCycle } from 'node:timers/promises';
import type {
  AskedNext,
  BatchItem,
  Evaluated,
  LlamaContextOptions,
  LlamaPackage,
  LlamaSequence,
} from '../../harness/targets/gguf/llama-package.ts';

export const VOCABULARY = 260;

export interface FakeLlama {
  readonly package: LlamaPackage;
  /** Tokens of each row, by batch, over all contexts. */
  readonly batches: number[][];
  /** Positions with an output, by evaluation. */
  readonly outputs: number[];
  readonly contexts: { readonly options: LlamaContextOptions; disposed: boolean }[];
  disposed: boolean;
}

export interface FakeLlamaOptions {
  /** The logits of a context; a hash of it when absent. */
  readonly logits?: (context: readonly number[]) => ReadonlyMap<number, number>;
  /** A token to put before every prompt. */
  readonly bos?: number;
  /** False: every row goes into a batch of its own. */
  readonly batching?: boolean;
  readonly loadError?: Error;
  readonly trainContextSize?: number;
}

export function hashLogits(context: readonly number[]): ReadonlyMap<number, number> {
  let hash = 2166136261;
  for (const token of context) hash = Math.imul(hash ^ token, 16777619);
  const pairs = Array.from({ length: VOCABULARY }, (_, token): [number, number] => {
    const mixed = Math.imul(hash ^ (token * 2654435761), 2246822519);
    return [token, Math.fround(((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 29)];
  });
  return new Map(pairs.sort(([, a], [, b]) => b - a));
}

interface Waiting {
  readonly history: number[];
  readonly input: (number | [number, AskedNext])[];
  readonly done: (results: (Evaluated | undefined)[]) => void;
}

export function createFakeLlama(options: FakeLlamaOptions = {}): FakeLlama {
  const { logits = hashLogits, bos, batching = true, loadError, trainContextSize = 4096 } = options;
  const fake: FakeLlama = {
    batches: [],
    outputs: [],
    contexts: [],
    disposed: false,
    package: {
      getModuleVersion: () => Promise.resolve('3.22.1'),
      getLlama: () =>
        Promise.resolve({
          systemInfo: 'CPU : TEST = 1 | ',
          buildType: 'prebuilt',
          llamaCppRelease: { repo: 'ggml-org/llama.cpp', release: 'v0' },
          loadModel: () => (loadError === undefined ? Promise.resolve(model) : Promise.reject(loadError)),
          dispose: () => {
            fake.disposed = true;
            return Promise.resolve();
          },
        }),
    },
  };
  const evaluate = ({ history, input }: Waiting): (Evaluated | undefined)[] =>
    input.map((item) => {
      const [token, ask] = typeof item === 'number' ? [item, null] : item;
      history.push(token);
      if (ask === null) return undefined;
      const values = logits(history);
      const [greedy] = [...values].reduce((best, one) => (one[1] > best[1] ? one : best));
      return { next: { token: greedy, ...(ask.generateNext.logits ? { logits: values } : {}) } };
    });
  const model = {
    tokens: { bos: bos ?? null, shouldPrependBosToken: bos !== undefined },
    trainContextSize,
    flashAttentionSupported: true,
    tokenize: (text: string) => [...new TextEncoder().encode(text)],
    detokenize: (ids: readonly number[]) =>
      ids.map((id) => (id < 256 ? String.fromCharCode(id) : `<|${id}|>`)).join(''),
    createContext: (context: LlamaContextOptions) => {
      const record = { options: context, disposed: false };
      fake.contexts.push(record);
      let waiting: Waiting[] = [];
      const dispatch = (ready: readonly Waiting[]): void => {
        const items = new Map(
          ready.map((one): [BatchItem, Waiting] => [
            { tokens: one.input.map((i) => (typeof i === 'number' ? i : i[0])) },
            one,
          ]),
        );
        let left = [...items.keys()];
        while (left.length > 0) {
          const taken = context.batching.itemPrioritizationStrategy({ items: left, size: context.batchSize });
          fake.batches.push(taken.map(({ processAmount }) => processAmount));
          const rest = new Map(taken.map(({ item, processAmount }) => [item, item.tokens.slice(processAmount)]));
          left = left.flatMap((item) => {
            const tokens = rest.get(item) ?? item.tokens;
            if (tokens.length === 0) return [];
            const shorter = { tokens };
            items.set(shorter, items.get(item)!);
            return [shorter];
          });
        }
        for (const one of ready) one.done(evaluate(one));
      };
      return Promise.resolve({
        contextSize: context.contextSize,
        batchSize: Math.max(context.batchSize, context.sequences),
        totalSequences: context.sequences,
        currentThreads: context.threads,
        getSequence: (): LlamaSequence => {
          const history: number[] = [];
          return {
            get nextTokenIndex() {
              return history.length;
            },
            clearHistory: () => {
              history.length = 0;
              return Promise.resolve();
            },
            controlledEvaluate: async (input) => {
              fake.outputs.push(input.filter((item) => typeof item !== 'number').length);
              const result = new Promise<(Evaluated | undefined)[]>((done) => waiting.push({ history, input, done }));
              await nextCycle();
              const ready = waiting;
              waiting = [];
              if (batching) dispatch(ready);
              else for (const one of ready) dispatch([one]);
              return await result;
            },
          };
        },
        dispose: () => {
          record.disposed = true;
          return Promise.resolve();
        },
      });
    },
  };
  return fake;
}
