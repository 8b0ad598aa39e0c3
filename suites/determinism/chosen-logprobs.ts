/**
 * Chosen tokens' log-probabilities of a row that has no bits: in how many requests they are the same numbers, and how far they lie apart.
 * @module
 */
import type { DeterminismRow } from '../../harness/schema/index.ts';
import { createMagnitudes } from '../../harness/statistics/index.ts';
import { countEqual, type ChosenLogprobs } from '../pairing/index.ts';

/** Equality and differences of the chosen tokens' log-probabilities, over pairs that have no bits. */
export function openChosen(): {
  readonly add: (one: ChosenLogprobs | null) => void;
  readonly result: () => NonNullable<DeterminismRow['chosenLogprobs']>;
} {
  const equality = countEqual();
  const sizes = createMagnitudes();
  let pairs = 0;
  let unavailable = 0;
  return {
    add: (one) => {
      if (one === null) return;
      pairs++;
      equality.add(one.equal);
      unavailable += one.unavailable;
      for (const difference of one.differences) sizes.add(Math.abs(difference));
    },
    result: () => {
      if (pairs === 0)
        return { kind: 'unsupported', why: 'the target gives no log-probability of each produced token' };
      if (sizes.count === 0) {
        const result = equality.result();
        if (result.n === 0)
          return { kind: 'not-measured', why: 'no produced token has a log-probability on both sides' };
        return { equality: result, absDiff: null, unavailable };
      }
      const [p50, p90, p99] = sizes.quantiles([0.5, 0.9, 0.99]);
      const absDiff = { positions: sizes.count, p50, p90, p99, max: sizes.largest };
      return { equality: equality.result(), absDiff, unavailable };
    },
  };
}
