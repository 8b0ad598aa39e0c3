/**
 * Kernels against their twins and against onnxruntime-node, one thread, variants in turn. Run: npm run bench
 */
import { expect, it } from 'vitest';
import { built, publish, spreadText, takeTurns, timesFaster, two } from '../support/bench.ts';
import type { Rounds } from '../support/bench.ts';
import { onnxMatmul } from '../support/onnx-matmul.ts';
import { peer } from '../support/peer.ts';

const { createKernels } = await built<typeof import('../../engine/kernels/index.ts')>('kernels');
const { expF32 } = await built<typeof import('../../engine/formats/index.ts')>('formats');
const kernels = createKernels('wasm');

interface OnnxRuntime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: object): Promise<Record<string, { readonly data: Float32Array }>> }>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => object;
}

const ROUNDS = 7;
const SHAPES = [
  [512, 512],
  [1024, 4096],
  [2048, 2048],
] as const;

/** Values that are no bf16 numbers: the weights take four bytes each, as the peer's do. */
const random = (n: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.fround(((i * 7919) % 1013) / 1013 - 0.5 + i * 1e-9));

/** y = x w^T in TypeScript with four outputs at a time: what one would write without kernels. */
function unrolled(x: Float32Array, rows: number, w: Float32Array, out: number, k: number, y: Float32Array): void {
  for (let r = 0; r < rows; r++)
    for (let n = 0; n < out; n += 4) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let i = 0; i < k; i++) {
        const v = x[r * k + i];
        a = Math.fround(a + Math.fround(v * w[n * k + i]));
        b = Math.fround(b + Math.fround(v * w[(n + 1) * k + i]));
        c = Math.fround(c + Math.fround(v * w[(n + 2) * k + i]));
        d = Math.fround(d + Math.fround(v * w[(n + 3) * k + i]));
      }
      y[r * out + n] = a;
      y[r * out + n + 1] = b;
      y[r * out + n + 2] = c;
      y[r * out + n + 3] = d;
    }
}

it('matrix products against TypeScript and onnxruntime-node', async () => {
  const ort = await peer<OnnxRuntime>('onnxruntime-node');
  const rowsOut: string[][] = [];
  for (const [k, out] of SHAPES) {
    const w = random(k * out);
    const packed = kernels.packMatrix(w, { out, in: k });
    const transposed = Float32Array.from({ length: k * out }, (_, i) => w[(i % out) * k + Math.floor(i / out)]);
    for (const rows of [1, 8, 32]) {
      const x = kernels.arena.floats(rows * k);
      x.set(random(rows * k));
      const y = kernels.arena.floats(rows * out);
      const plainX = x.slice();
      const plainY = new Float32Array(rows * out);
      const session = await ort.InferenceSession.create(onnxMatmul(rows, k, out, transposed), {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
      });
      const feeds = { x: new ort.Tensor('float32', plainX, [rows, k]) };
      const flop = 2 * rows * k * out;
      const repeats = Math.max(2, Math.round(4e8 / flop));
      const slowRepeats = Math.max(1, Math.round(2e7 / flop));
      const times: Rounds = await takeTurns(
        {
          ours: () => {
            for (let i = 0; i < repeats; i++) kernels.matmul(x, rows, packed, y, k);
          },
          onnxruntime: async () => {
            for (let i = 0; i < repeats; i++) await session.run(feeds);
          },
          typescript: () => {
            for (let i = 0; i < slowRepeats; i++) unrolled(plainX, rows, w, out, k, plainY);
          },
        },
        ROUNDS,
      );
      expect(y).toEqual(plainY);
      const theirs = (await session.run(feeds))['y'].data;
      expect(theirs.every((v, i) => Math.abs(v - plainY[i]) < 1e-2)).toBe(true);
      const perCall = (name: string, n: number): number[] => times[name].map((t) => t / n);
      const rounds: Rounds = {
        ours: perCall('ours', repeats),
        onnxruntime: perCall('onnxruntime', repeats),
        typescript: perCall('typescript', slowRepeats),
      };
      const gflops = (name: string): string => two(flop / [...rounds[name]].sort((a, b) => a - b)[ROUNDS >> 1] / 1e6);
      rowsOut.push([
        `${k} x ${out}`,
        String(rows),
        gflops('ours'),
        gflops('onnxruntime'),
        spreadText(timesFaster(rounds, 'ours', 'onnxruntime')),
        spreadText(timesFaster(rounds, 'ours', 'typescript')),
      ]);
    }
  }
  publish(
    'matmul',
    'Float32 matrix products, one thread (GFLOP/s; ratios are times faster, median and range of 7 rounds)',
    ['k x outputs', 'rows', 'ours', 'onnxruntime', 'ours / onnxruntime', 'ours / TypeScript'],
    rowsOut,
  );
});

it('a product from main memory against the read bandwidth of the same run', async () => {
  const [k, out] = [4096, 16_384];
  const packed = kernels.packMatrix(random(k * out), { out, in: k });
  const x = kernels.arena.floats(k).fill(0.5);
  const y = kernels.arena.floats(out);
  const other = kernels.packMatrix(random(k * out), { out, in: k });
  const memory = kernels.arena.floats(k * out).fill(1);
  const scales = kernels.arena.floats(out);
  const bytes = k * out * 4;
  const rounds = await takeTurns(
    {
      product: () => kernels.matmul(x, 1, packed, y, k),
      // another matrix in between, so that nothing is left in a cache
      'other product': () => kernels.matmul(x, 1, other, y, k),
      // sums of squares of four rows at a time: four streams, two operations per number
      read: () => kernels.inverseRms(memory, scales, { rows: out, width: k, eps: 1e-6 }),
    },
    ROUNDS,
  );
  const gbs = (name: string): string => two(bytes / [...rounds[name]].sort((a, b) => a - b)[ROUNDS >> 1] / 1e6);
  publish(
    'memory-roof',
    'One row times a matrix of 268 MB against reading 268 MB (GB/s)',
    ['product', 'read only', 'product / read'],
    [[gbs('product'), gbs('read'), spreadText(timesFaster(rounds, 'product', 'read'))]],
  );
});

it('exp against Math.exp', async () => {
  const n = 1 << 16;
  const x = kernels.arena.floats(n);
  for (let i = 0; i < n; i++) x[i] = Math.fround(((i * 31) % 1000) / 50 - 15);
  const out = kernels.arena.floats(n);
  const plain = x.slice();
  const result = new Float32Array(n);
  const rounds = await takeTurns(
    {
      kernel: () => {
        for (let r = 0; r < 50; r++) kernels.exp(x, out);
      },
      'portable, one by one': () => {
        for (let r = 0; r < 50; r++) for (let i = 0; i < n; i++) result[i] = expF32(plain[i]);
      },
      'Math.exp': () => {
        for (let r = 0; r < 50; r++) for (let i = 0; i < n; i++) result[i] = Math.exp(plain[i]);
      },
    },
    ROUNDS,
  );
  const ns = (name: string): string => two(([...rounds[name]].sort((a, b) => a - b)[ROUNDS >> 1] / 50 / n) * 1e6);
  publish(
    'exp',
    'e^x, correctly rounded (ns each; times faster than Math.exp)',
    ['variant', 'ns', 'times faster'],
    ['kernel', 'portable, one by one', 'Math.exp'].map((name) => [
      name,
      ns(name),
      spreadText(timesFaster(rounds, name, 'Math.exp')),
    ]),
  );
});
