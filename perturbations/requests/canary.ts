/**
 * Canaries: random pass phrases planted in prompts. A canary in another request's output proves that content crossed over.
 *
 * All words have four letters and the number four digits, so that all canaries of one size have equally many bytes.
 * @module
 */
import type { Rng } from '../../harness/schema/index.ts';

// 128 words: 7 bits each.
// prettier-ignore
const WORDS: readonly string[] = (
  'acid arch area army atom aunt baby bake ball band barn base bath bead beam bean ' +
  'bear bell belt bird blue boat bolt bone book boot bowl brim buoy bush cake calf ' +
  'camp cane cape card cart cave clay coal coat coin cone cook cork corn crab crow ' +
  'cube dawn deer desk dill dock door dove drum duck dusk dust echo edge farm fern ' +
  'tide fish flag foam fork frog gate gift goat gold gull hail harp hawk herb hill ' +
  'horn iris iron jade kelp kite knot lake lamb lamp lark leaf lily lime lion lock ' +
  'maze mint mist moon moss moth nest nova oaks onyx opal oval palm pear pine plum ' +
  'pond reed rice ring robe rock rope rose ruby sage salt sand seal silk snow star'
).split(' ');

const NUMBER_DIGITS = 4;
const NUMBER_BOUND = 10 ** NUMBER_DIGITS;

/** For example `iron lamb opal fern 0913`: as many words as `bits` random bits need beside the number. */
export function canaryText(rng: Rng, bits: number): string {
  const wordCount = Math.max(1, Math.ceil((bits - Math.log2(NUMBER_BOUND)) / Math.log2(WORDS.length)));
  const words = Array.from({ length: wordCount }, () => WORDS[rng.integer(WORDS.length)]);
  return [...words, String(rng.integer(NUMBER_BOUND)).padStart(NUMBER_DIGITS, '0')].join(' ');
}

/** The line of a prompt that plants a canary. */
export function canaryLine(canary: string): string {
  return `passphrase is ${canary}\n`;
}

/** One canary for each label, all different; a canary depends on its label alone unless two collide. */
export function distinctCanaries(rng: Rng, labels: readonly string[], bits: number): string[] {
  const used = new Set<string>();
  return labels.map((label) => {
    for (let attempt = 0; ; attempt++) {
      const canary = canaryText(rng.fork(`canary/${label}/${attempt}`), bits);
      if (used.has(canary)) continue;
      used.add(canary);
      return canary;
    }
  });
}
