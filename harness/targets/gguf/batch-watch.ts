/**
 * Decides what goes into each `llama_decode`, and by that knows it: node-llama-cpp asks this function before every one.
 *
 * Sequences are served in the order of their requests, each with all its tokens as long as there is room, as llama.cpp's own server
 * fills a batch. What is reported is what was handed over; how llama.cpp cuts a batch into micro-batches inside is its own affair.
 * @module
 */
import type { BatchStrategy } from './llama-package.ts';

export interface BatchWatch {
  readonly strategy: BatchStrategy;
  /** Says which tokens are about to be evaluated, by row. */
  readonly expect: (rows: readonly (readonly number[])[]) => void;
  /** True when the rows of the last `expect` began together, in one batch and in their order. */
  readonly inOrder: () => boolean;
  readonly counters: () => Readonly<Record<string, number>>;
}

export function createBatchWatch(): BatchWatch {
  let expected: readonly (readonly number[])[] = [];
  let first = true;
  let together = false;
  let [steps, maxActiveRows, maxBatchTokens] = [0, 0, 0];
  return {
    strategy: ({ items, size }) => {
      let room = size;
      const taken = items.flatMap((item) => {
        const processAmount = Math.min(item.tokens.length, room);
        room -= processAmount;
        return processAmount === 0 ? [] : [{ item, processAmount }];
      });
      steps++;
      maxActiveRows = Math.max(maxActiveRows, taken.length);
      maxBatchTokens = Math.max(maxBatchTokens, size - room);
      if (first)
        together =
          taken.length === expected.length && taken.every(({ item }, row) => sameTokens(item.tokens, expected[row]));
      first = false;
      return taken;
    },
    expect: (rows) => {
      expected = rows;
      first = true;
      together = false;
    },
    inOrder: () => together,
    counters: () => ({ steps, maxActiveRows, maxBatchTokens }),
  };
}

const sameTokens = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((token, i) => token === b[i]);
