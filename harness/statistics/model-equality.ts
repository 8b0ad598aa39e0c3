/**
 * Do two endpoints produce the same distribution of completions? Statistics of two samples of (prompt, completion).
 *
 *   MMD² = mean K(x, x') - 2 mean K(x, y) + mean K(y, y')   unbiased: no element with itself; pairs of one prompt only
 *   Hamming kernel     share of the first L code points that are equal; shorter texts are padded, and pads match
 *   k-spectrum kernel  dot product of the counts of all n-grams of length 1 .. k, divided by the root of both own products
 *   L1 = sum |c1/N1 - c2/N2|;  L2 = sum (c1/N1 - c2/N2)²;  chi² = sum ((N2 c1 - N1 c2)² - N2² c1 - N1² c2)/(c1 + c2)
 *        over distinct (prompt, completion) pairs, c1 and c2 their counts
 *
 * Pads match, so short outputs look similar: L is fixed beforehand and reported. Labels are permuted WITHIN a prompt.
 * Source: leakage-and-statistics.md 6.6 and trap 4; Gao, Liang and Guestrin, arXiv 2410.20247; golden: model_equality.json.
 * @module
 */
import { permutationPValue, stratifiedPermutations } from './resampling-p.ts';

const PAD = -1;

/** Two samples, one after the other. */
export interface PooledCompletions {
  /** Prompt of each completion. */
  readonly prompts: readonly number[];
  /** Row-major [count, length] code points, padded with -1. */
  readonly codes: Int32Array;
  /** L */
  readonly length: number;
  /** How many belong to the first sample. */
  readonly firstCount: number;
}

/** Similarity of every two completions, row-major [count, count]; 0 between different prompts. */
export type Kernel = Float64Array;

export interface CompletionSample {
  readonly prompts: readonly number[];
  readonly completions: readonly string[];
}

/** The first `length` code points (not UTF-16 units) of every completion, padded. */
export function poolCompletions(first: CompletionSample, second: CompletionSample, length: number): PooledCompletions {
  const prompts = [...first.prompts, ...second.prompts];
  const texts = [...first.completions, ...second.completions];
  if (first.prompts.length !== first.completions.length || prompts.length !== texts.length || !(length >= 1)) {
    throw new RangeError(
      `poolCompletions: expected one prompt per completion and length >= 1, got ${prompts.length}, ${texts.length}, ${length}`,
    );
  }
  const codes = new Int32Array(texts.length * length).fill(PAD);
  texts.forEach((text, row) => {
    let column = 0;
    for (const character of text) {
      if (column === length) break;
      codes[row * length + column++] = character.codePointAt(0)!;
    }
  });
  return { prompts, codes, length, firstCount: first.prompts.length };
}

export function hammingKernel({ prompts, codes, length }: PooledCompletions): Kernel {
  return kernelOf(prompts, (i, j) => {
    let equal = 0;
    for (let k = 0; k < length; k++) if (codes[i * length + k] === codes[j * length + k]) equal++;
    return equal / length;
  });
}

/** @param gramMax - longest n-gram */
export function spectrumKernel({ prompts, codes, length }: PooledCompletions, gramMax: number): Kernel {
  const counts = prompts.map((_, row) => gramCounts(codes.subarray(row * length, (row + 1) * length), gramMax));
  const own = counts.map((one) => dot(one, one));
  return kernelOf(prompts, (i, j) => dot(counts[i], counts[j]) / (Math.sqrt(own[i]) * Math.sqrt(own[j])));
}

/**
 * @param order - which completion takes each place; the first `firstCount` places are the first sample. Default: as given.
 * @returns null when a sample has no two completions of one prompt, or the samples share none
 */
export function mmdUnbiased(
  { prompts, firstCount }: Pick<PooledCompletions, 'prompts' | 'firstCount'>,
  kernel: Kernel,
  order: ArrayLike<number> = prompts.map((_, i) => i),
): number | null {
  const count = prompts.length;
  // [within the first, between, within the second]
  const sums = [0, 0, 0];
  const pairs = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [order[i], order[j]];
      if (prompts[a] !== prompts[b]) continue;
      const kind = (i >= firstCount ? 1 : 0) + (j >= firstCount ? 1 : 0);
      sums[kind] += kernel[a * count + b];
      pairs[kind]++;
    }
  }
  if (pairs.includes(0)) return null;
  return sums[0] / pairs[0] - (2 * sums[1]) / pairs[1] + sums[2] / pairs[2];
}

export interface CountDistances {
  readonly l1: number;
  readonly l2: number;
  readonly chiSquare: number;
}

/** Distances of the counts of distinct (prompt, completion) pairs; completions are compared on their first L code points. */
export function countDistances({ prompts, codes, length, firstCount }: PooledCompletions): CountDistances {
  const counts = new Map<string, [number, number]>();
  prompts.forEach((prompt, row) => {
    const key = `${prompt}:${codes.subarray(row * length, (row + 1) * length).join()}`;
    const pair = counts.get(key) ?? [0, 0];
    pair[row < firstCount ? 0 : 1]++;
    counts.set(key, pair);
  });
  const [n1, n2] = [firstCount, prompts.length - firstCount];
  let [l1, l2, chiSquare] = [0, 0, 0];
  for (const [c1, c2] of counts.values()) {
    const difference = c1 / n1 - c2 / n2;
    l1 += Math.abs(difference);
    l2 += difference * difference;
    const crossed = n2 * c1 - n1 * c2;
    chiSquare += (crossed * crossed - n2 * n2 * c1 - n1 * n1 * c2) / (c1 + c2);
  }
  return { l1, l2, chiSquare };
}

/**
 * The MMD test with labels permuted within each prompt.
 *
 * @param next - uniform in [0, 1)
 * @returns null where MMD is not defined
 */
export function modelEqualityTest(
  pooled: PooledCompletions,
  { kernel, replicates, next }: { kernel: Kernel; replicates: number; next: () => number },
): { readonly mmd: number; readonly p: number } | null {
  const mmd = mmdUnbiased(pooled, kernel);
  if (mmd === null) return null;
  const count = pooled.prompts.length;
  const permutations = stratifiedPermutations({ strata: pooled.prompts, replicates, next });
  // Within prompts the counts of pairs stay the same, so that every permuted MMD is defined.
  const permuted = Float64Array.from({ length: replicates }, (_, row) =>
    mmdUnbiased(pooled, kernel, permutations.subarray(row * count, (row + 1) * count))!,
  );
  return { mmd, p: permutationPValue(mmd, permuted) };
}

function kernelOf(prompts: readonly number[], similarity: (i: number, j: number) => number): Kernel {
  const count = prompts.length;
  const kernel = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      if (prompts[i] !== prompts[j]) continue;
      kernel[i * count + j] = kernel[j * count + i] = similarity(i, j);
    }
  }
  return kernel;
}

function gramCounts(codes: Int32Array, gramMax: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let size = 1; size <= gramMax; size++) {
    for (let start = 0; start + size <= codes.length; start++) {
      const gram = codes.subarray(start, start + size).join();
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
  }
  return counts;
}

/** Whole numbers, so that the order of the sum does not matter. */
function dot(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const [gram, count] of a) total += count * (b.get(gram) ?? 0);
  return total;
}
