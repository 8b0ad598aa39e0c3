/**
 * Pooling of a compressor: softmax over slots per channel, then the weighted sum of the slots' values.
 *
 * All float32, slots ascending. A slot whose score is -Infinity has weight 0. Source: specification section 7.1.
 * @module
 */
import { expF32 } from '../formats/index.ts';

const f32 = Math.fround;


/**
 * @param values - state array; slot s's channel c is values[slots[s] + c]
 * @param scores - same layout
 * @param out - [channels] f32, written
 */
export function poolChannels(
  values: Float32Array,
  scores: Float32Array,
  slots: readonly number[],
  channels: number,
  out: Float32Array,
): void {
  for (let c = 0; c < channels; c++) {
    let max = Number.NEGATIVE_INFINITY;
    for (const at of slots) if (scores[at + c]! > max) max = scores[at + c]!;
    let sum = 0;
    for (const at of slots) sum = f32(sum + expF32(f32(scores[at + c]! - max)));
    let pooled = 0;
    for (const at of slots) pooled = f32(pooled + f32(f32(expF32(f32(scores[at + c]! - max)) / sum) * values[at + c]!));
    out[c] = pooled;
  }
}
