/** Pooling of a compressor: softmax over slots per channel, then the weighted sum; slots ascend. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

import { exp4 } from './exp';

/**
 * @param offsets - [slots] i32: where a slot's channels begin in values and scores, in floats
 * @param weights - scratch [slots, 4]
 * @param channels - a multiple of 4
 */
export function poolChannels(values: usize, scores: usize, offsets: usize, slots: i32, channels: i32, out: usize, weights: usize): void {
  for (let c: usize = 0; c < <usize>channels << 2; c += 16) {
    let most = f32x4.splat(-Infinity);
    for (let s: usize = 0; s < <usize>slots; s++) most = f32x4.max(most, v128.load(scores + (<usize>load<i32>(offsets + (s << 2)) << 2) + c));
    let sum = f32x4.splat(0);
    for (let s: usize = 0; s < <usize>slots; s++) {
      const weight = exp4(f32x4.sub(v128.load(scores + (<usize>load<i32>(offsets + (s << 2)) << 2) + c), most));
      v128.store(weights + (s << 4), weight);
      sum = f32x4.add(sum, weight);
    }
    let total = f32x4.splat(0);
    for (let s: usize = 0; s < <usize>slots; s++)
      total = f32x4.add(total, f32x4.mul(f32x4.div(v128.load(weights + (s << 4)), sum), v128.load(values + (<usize>load<i32>(offsets + (s << 2)) << 2) + c)));
    v128.store(out + c, total);
  }
}
