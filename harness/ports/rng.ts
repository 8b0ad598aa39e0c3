/**
 * Rng: reproducible numbers from a seed string, with forks by label. The only file that imports seedrandom.
 *
 * A fork's seed is `<seed>/<label>`, so that it depends on the label alone: neither on how many numbers were drawn before nor on
 * the order of the forks. `fork('a').fork('b')` and `fork('a/b')` are the same stream, like a path.
 *
 * Trap: seedrandom repeats a short seed to fill its key and keeps 8 bits of each character, so '7' and '77', or 'é' and '\u01e9',
 * would be one stream. The seed is therefore escaped to ASCII and prefixed with its length before seedrandom sees it.
 * @module
 */
import seedrandom from 'seedrandom';
import type { Rng } from '../schema/index.ts';

/** @param seed - any text; equal text gives equal numbers on every platform */
export function createRng(seed: string): Rng {
  const draw = seedrandom(keyText(seed));
  const integer = (bound: number): number => {
    if (!Number.isSafeInteger(bound) || bound < 1)
      throw new RangeError(`Rng.integer: expected a bound >= 1, got ${bound}`);
    return Math.floor(draw() * bound);
  };
  return {
    next: () => draw(),
    integer,
    shuffle: (items) => {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last--) {
        const pick = integer(last + 1);
        const moved = shuffled[last];
        shuffled[last] = shuffled[pick];
        shuffled[pick] = moved;
      }
      return shuffled;
    },
    fork: (label) => createRng(`${seed}/${label}`),
  };
}

/** One-to-one, and never the repetition of another seed's key: the length comes first and ends at the first colon. */
function keyText(seed: string): string {
  const ascii = seed.replace(/[^\x20-\x7e]|\\/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `${ascii.length}:${ascii}`;
}
