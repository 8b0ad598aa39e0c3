/** Online softmax over key blocks for one token: scores, weights and weighted sums of all heads. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

import { expOne } from './exp';
import { roundBf16 } from './rounding';
import { rowDots, weightedRows } from './rows';

/**
 * Takes blocks first .. last of a list into a running state. Window entries and compressed entries are cut into blocks apart.
 *
 * @param index - [count] i32 row numbers, the first windowCount of the window
 * @param p - scratch [heads, keyBlock]
 * @param alpha - scratch [heads]
 * @param acc - [heads, width], max [heads], sum [heads]: the state
 */
export function attendBlocks(
  q: usize, heads: i32, rows: usize, width: i32, index: usize, windowCount: i32, count: i32, keyBlock: i32, first: i32, last: i32,
  scale: f32, roundWeights: i32, p: usize, alpha: usize, acc: usize, max: usize, sum: usize,
): void {
  const windowBlocks = (windowCount + keyBlock - 1) / keyBlock;
  for (let block = first; block < last; block++) {
    const inWindow = block < windowBlocks;
    const from = inWindow ? block * keyBlock : windowCount + (block - windowBlocks) * keyBlock;
    const n = min(keyBlock, (inWindow ? windowCount : count) - from);
    const part = index + (<usize>from << 2);
    rowDots(q, heads, rows, part, n, width, p);
    for (let h = 0; h < heads; h++) {
      const ph = p + (<usize>(h * n) << 2);
      const end = ph + (<usize>n << 2);
      const before = load<f32>(max + (<usize>h << 2));
      let m = before;
      for (let a = ph; a < end; a += 4) {
        const z = load<f32>(a) * scale;
        store<f32>(a, z);
        if (z > m) m = z;
      }
      const rescale = expOne(before - m);
      let s = load<f32>(sum + (<usize>h << 2)) * rescale;
      for (let a = ph; a < end; a += 4) {
        const weight = expOne(load<f32>(a) - m);
        store<f32>(a, weight);
        s += weight;
      }
      store<f32>(alpha + (<usize>h << 2), rescale);
      store<f32>(max + (<usize>h << 2), m);
      store<f32>(sum + (<usize>h << 2), s);
    }
    if (roundWeights) roundBf16(p, heads * n);
    weightedRows(p, alpha, heads, rows, part, n, width, acc);
  }
}

/** out[h] = acc[h] / (sum[h] + e^(sink[h] - max[h])); width is a multiple of 4. */
export function finishWhole(acc: usize, max: usize, sum: usize, sink: usize, heads: i32, width: i32, out: usize): void {
  const bytes: usize = <usize>width << 2;
  for (let h = 0; h < heads; h++) {
    const o = <usize>h << 2;
    const total = f32x4.splat(load<f32>(sum + o) + expOne(load<f32>(sink + o) - load<f32>(max + o)));
    for (let c: usize = 0; c < bytes; c += 16) v128.store(out + c, f32x4.div(v128.load(acc + c), total));
    acc += bytes;
    out += bytes;
  }
}
