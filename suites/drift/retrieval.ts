/**
 * Retrieval: outputs that hold the phrase that was hidden in their own prompt, at the level and at its reference.
 * @module
 */
import type { RequestObservation, Retrieval } from '../../harness/schema/index.ts';
import { clopperPearson } from '../../harness/statistics/index.ts';
import { CONFIDENCE, type RequestPair } from '../pairing/index.ts';

/** Over the pairs with a phrase of their own on both sides; `result` is null when there is none. */
export function countRetrieval(): {
  readonly add: (pair: RequestPair) => void;
  readonly result: () => Retrieval | null;
} {
  let [n, found, foundAtReference] = [0, 0, 0];
  return {
    add: ({ reference, level }) => {
      if (level.canary === null || reference.canary !== level.canary) return;
      n++;
      if (holdsOwn(level)) found++;
      if (holdsOwn(reference)) foundAtReference++;
    },
    result: () => {
      if (n === 0) return null;
      const interval = clopperPearson({ successes: found, trials: n, confidence: CONFIDENCE });
      return { n, found, foundAtReference, share: { kind: 'measured', value: found / n, ...interval, n } };
    },
  };
}

/** In any letter case and with any white space between the words. */
function holdsOwn({ canary, text }: RequestObservation): boolean {
  const plain = (one: string): string => one.toLowerCase().replace(/\s+/g, ' ').trim();
  return canary !== null && plain(text).includes(plain(canary));
}
