/**
 * Plain twin of the rotation: each pair as a complex number times cos + i sin.
 * @module
 */
import { cosF32, sinF32 } from '../../formats/index.ts';

const f32 = Math.fround;

export function rotatePairs(
  x: readonly number[],
  frequencies: readonly number[],
  position: number,
  inverse: boolean,
): number[] {
  return frequencies.flatMap((frequency, i) => {
    const angle = f32(position * frequency);
    const c = cosF32(angle);
    const s = inverse ? -sinF32(angle) : sinF32(angle);
    const [re, im] = [x[2 * i], x[2 * i + 1]];
    return [f32(f32(re * c) - f32(im * s)), f32(f32(re * s) + f32(im * c))];
  });
}
