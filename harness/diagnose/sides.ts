/**
 * Two observations of one request, told apart: by the bits of logits where both have them, by tokens, by text.
 * @module
 */
import type { DifferenceKind, LevelPromise, RequestObservation } from '../schema/index.ts';

export interface Sides {
  readonly reference: RequestObservation;
  readonly level: RequestObservation;
}

export interface SideDifference {
  /** Null where a side gives no logits, or none of its steps differs. */
  readonly firstBitDiff: number | null;
  readonly firstTokenDiff: number | null;
  /** Logits of prompt positions; null where they are not given or the prompts are not the same. */
  readonly promptBitsDiffer: boolean | null;
  readonly textDiffers: boolean;
}

export function differenceOf({ reference, level }: Sides): SideDifference {
  const samePrompt = reference.promptSha256 === level.promptSha256;
  const hashes = [reference.promptLogitsSha256, level.promptLogitsSha256];
  return {
    firstBitDiff: hasLogits({ reference, level }) ? firstUnequal(reference.stepSha256, level.stepSha256) : null,
    firstTokenDiff: firstUnequal(reference.tokenIds, level.tokenIds),
    promptBitsDiffer: samePrompt && hashes.every((hash) => hash !== null) ? hashes[0] !== hashes[1] : null,
    textDiffers: reference.text !== level.text,
  };
}

/** What a promise is about: bits where equal bits are owed; a level that may drift differs when its output does. */
export function differenceKindOf(promise: LevelPromise, sides: Sides): DifferenceKind {
  const tokens = sides.reference.tokenIds.length > 0 && sides.level.tokenIds.length > 0;
  if (!tokens) return 'text';
  if (!hasLogits(sides)) return 'tokens';
  return promise === 'drift' && differenceOf(sides).firstTokenDiff !== null ? 'tokens' : 'bits';
}

export function differs(sides: Sides, by: DifferenceKind): boolean {
  const { firstBitDiff, firstTokenDiff, promptBitsDiffer, textDiffers } = differenceOf(sides);
  switch (by) {
    case 'bits':
      return firstBitDiff !== null || promptBitsDiffer === true;
    case 'tokens':
      return firstTokenDiff !== null;
    case 'text':
      return textDiffers;
  }
}

function hasLogits({ reference, level }: Sides): boolean {
  return reference.stepSha256.length > 0 && level.stepSha256.length > 0;
}

function firstUnequal<T>(a: readonly T[], b: readonly T[]): number | null {
  const longest = Math.max(a.length, b.length);
  for (let index = 0; index < longest; index++) if (a[index] !== b[index]) return index;
  return null;
}
