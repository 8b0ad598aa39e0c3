/** Online softmax over key blocks for one token: scores, weights and weighted sums of all heads. @module */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

import { exp4, expOne } from './exp';
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
      const most = f32x4.splat(m);
      let e = ph;
      for (; e + 16 <= end; e += 16) {
        const weights = exp4(f32x4.sub(v128.load(e), most));
        v128.store(e, weights);
        s = s + f32x4.extract_lane(weights, 0) + f32x4.extract_lane(weights, 1) + f32x4.extract_lane(weights, 2) + f32x4.extract_lane(weights, 3);
      }
      for (; e < end; e += 4) {
        const weight = expOne(load<f32>(e) - m);
        store<f32>(e, weight);
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

/**
 * The whole attention of several tokens of one request, each over a list of its own, in one split.
 *
 * @param starts - [count + 1] i32: where each token's list begins in index
 * @param windowCounts - [count] i32
 * @param acc - scratch [heads, width]; max, sum and alpha scratch [heads]; p scratch [heads, keyBlock]
 */
export function attendRows(
  q: usize, count: i32, heads: i32, rows: usize, width: i32, index: usize, starts: usize, windowCounts: usize, keyBlock: i32,
  scale: f32, roundWeights: i32, sink: usize, p: usize, alpha: usize, acc: usize, max: usize, sum: usize, out: usize,
): void {
  const bytes: usize = <usize>(heads * width) << 2;
  for (let r = 0; r < count; r++) {
    const start = load<i32>(starts + (<usize>r << 2));
    const listed = load<i32>(starts + (<usize>r << 2), 4) - start;
    const windowCount = load<i32>(windowCounts + (<usize>r << 2));
    const blocks = (windowCount + keyBlock - 1) / keyBlock + (listed - windowCount + keyBlock - 1) / keyBlock;
    if (blocks == 0) memory.fill(out, 0, bytes);
    else {
      memory.fill(acc, 0, bytes);
      for (let h: usize = 0; h < <usize>heads << 2; h += 4) {
        store<f32>(max + h, -Infinity);
        store<f32>(sum + h, 0);
      }
      attendBlocks(q, heads, rows, width, index + (<usize>start << 2), windowCount, listed, keyBlock, 0, blocks, scale, roundWeights, p, alpha, acc, max, sum);
      finishWhole(acc, max, sum, sink, heads, width, out);
    }
    q += bytes;
    out += bytes;
  }
}
