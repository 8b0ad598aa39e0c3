/**
 * Pooling of a compressor: softmax over slots per channel, then the weighted sum of the slots' values.
 *
 * All float32, slots ascending per channel: sum of exp(score - max), then sum of (exp / sum) * value. A slot whose score is
 * -Infinity has weight 0. Source: specification section 7.1.
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
  slots: Int32Array,
  channels: number,
  out: Float32Array,
): void {
  const max = new Float32Array(channels).fill(Number.NEGATIVE_INFINITY);
  const sum = new Float32Array(channels);
  const weights = new Float32Array(slots.length * channels);
  for (const at of slots) for (let c = 0; c < channels; c++) if (scores[at + c] > max[c]) max[c] = scores[at + c];
  slots.forEach((at, s) => {
    for (let c = 0; c < channels; c++) {
      const weight = expF32(f32(scores[at + c] - max[c]));
      weights[s * channels + c] = weight;
      sum[c] = f32(sum[c] + weight);
    }
  });
  out.fill(0, 0, channels);
  slots.forEach((at, s) => {
    for (let c = 0; c < channels; c++)
      out[c] = f32(out[c] + f32(f32(weights[s * channels + c] / sum[c]) * values[at + c]));
  });
}
