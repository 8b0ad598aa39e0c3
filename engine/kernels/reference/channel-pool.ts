/**
 * Plain twin of the compressor's pooling: one channel at a time.
 * @module
 */
import { expF32 } from '../../formats/index.ts';

const f32 = Math.fround;

/** @param slots - values and scores of one channel, slots ascending */
export function poolChannel(slots: readonly { readonly value: number; readonly score: number }[]): number {
  const max = Math.max(...slots.map(({ score }) => score));
  const powers = slots.map(({ score }) => expF32(f32(score - max)));
  const total = powers.reduce((sum, p) => f32(sum + p), 0);
  return slots.reduce((sum, { value }, i) => f32(sum + f32(f32(powers[i] / total) * value)), 0);
}
