/**
 * Plain twin of one head's attention over a list of rows: block by block as the specification writes it.
 * @module
 */
import { exp64, expF32, log64, roundBf16 } from '../../formats/index.ts';

const f32 = Math.fround;
const LOG2E = f32(1.4426950408889634);
const LN2 = 0.6931471805599453;

export interface PlainAttention {
  readonly q: readonly number[];
  /** The rows of the list, window rows first. */
  readonly rows: readonly (readonly number[])[];
  readonly windowCount: number;
  readonly sink: number;
  readonly keyBlock: number;
  readonly cuts: readonly number[];
  readonly roundWeights: boolean;
}

interface Part {
  readonly acc: readonly number[];
  readonly max: number;
  readonly sum: number;
}

export function attendHead({ q, rows, windowCount, sink, keyBlock, cuts, roundWeights }: PlainAttention): number[] {
  if (rows.length === 0) return q.map(() => 0);
  const blocks = [...cut(rows.slice(0, windowCount), keyBlock), ...cut(rows.slice(windowCount), keyBlock)];
  const edges = [0, ...cuts.filter((c) => c > 0 && c < blocks.length), blocks.length];
  const parts = edges.slice(1).map((to, i) => attendBlocks(q, blocks.slice(edges[i], to), roundWeights));
  if (parts.length === 1) {
    const total = f32(parts[0].sum + expF32(f32(sink - parts[0].max)));
    return parts[0].acc.map((v) => f32(v / total));
  }
  const lse = parts.map((p) => f32(f32(log64(p.sum) / LN2) + f32(p.max * LOG2E)));
  const top = Math.max(...lse);
  const total = lse.reduce((sum, l) => f32(sum + pow2(f32(l - top))), 0);
  const withoutSink = f32(f32(log64(total) / LN2) + top);
  const g = f32(withoutSink + f32(log64(1 + exp64(f32(f32(sink * LOG2E) - withoutSink) * LN2)) / LN2));
  return q.map((_, c) => parts.reduce((sum, p, i) => f32(sum + f32(pow2(f32(lse[i] - g)) * f32(p.acc[c] / p.sum))), 0));
}

function attendBlocks(
  q: readonly number[],
  blocks: readonly (readonly (readonly number[])[])[],
  roundWeights: boolean,
): Part {
  let acc = q.map(() => 0);
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  const scale = f32(1 / Math.sqrt(q.length));
  for (const rows of blocks) {
    const scores = rows.map((row) => f32(dot(q, row) * scale));
    const next = Math.max(max, ...scores);
    const alpha = expF32(f32(max - next));
    const weights = scores.map((z) => expF32(f32(z - next)));
    sum = weights.reduce((total, w) => f32(total + w), f32(sum * alpha));
    acc = acc.map((v, c) =>
      rows.reduce(
        (total, row, j) => f32(total + f32((roundWeights ? roundBf16(weights[j]) : weights[j]) * row[c])),
        f32(v * alpha),
      ),
    );
    max = next;
  }
  return { acc, max, sum };
}

function dot(a: readonly number[], b: readonly number[]): number {
  const lanes = [0, 1, 2, 3].map((lane) => {
    let sum = 0;
    for (let k = lane; k < a.length; k += 4) sum = f32(sum + f32(a[k] * b[k]));
    return sum;
  });
  return f32(f32(lanes[0] + lanes[1]) + f32(lanes[2] + lanes[3]));
}

function cut<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

function pow2(x: number): number {
  return f32(exp64(x * LN2));
}
