/**
 * The one frozen order of additions against other orders: k cut into chains or lanes that are added at the end, which a kernel that
 * need not be invariant may choose by the number of rows. Run: npm run bench
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { built, publish, spreadOf, spreadText, takeTurns, timesFaster } from '../support/bench.ts';

const { createKernels } = await built<typeof import('../../engine/kernels/index.ts')>('kernels');
const root = join(import.meta.dirname, '../..');

const ROUNDS = 7;
const SHAPES = [
  [512, 512],
  [1024, 4096],
  [2048, 2048],
] as const;

interface Orders {
  vector2(x: number, w: number, y: number, panels: number, k: number): void;
  pair2(x: number, w: number, y: number, rows: number, panels: number, k: number): void;
  lanes4(x: number, w: number, y: number, rows: number, outputs: number, k: number): void;
}

/** Compiled as the engine's kernels are, over their memory. */
function compileOrders(memory: WebAssembly.Memory): Orders {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-orders-'));
  try {
    const wasm = join(folder, 'orders.wasm');
    const flags = [
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd,threads',
      '--importMemory',
      '--sharedMemory',
    ];
    const limits = ['--initialMemory', '16', '--maximumMemory', '65536', '--use', 'abort='];
    const source = join(root, 'test/bench/orders/assembly.ts');
    execFileSync(join(root, 'node_modules/.bin/asc'), [source, '-o', wasm, ...flags, ...limits]);
    const module = new WebAssembly.Module(readFileSync(wasm));
    return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Orders;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it('the frozen order against other orders', async () => {
  const kernels = createKernels('wasm');
  const orders = compileOrders(kernels.share()!.memory);
  const table: string[][] = [];
  for (const [k, out] of SHAPES) {
    // no bf16 values: four bytes each in every variant
    const weights = kernels.resident(
      Float32Array.from({ length: k * out }, (_, i) => Math.fround(((i * 7919) % 1013) / 1013 - 0.5 + i * 1e-9)),
    );
    const packed = kernels.packMatrix(weights, { out, in: k }) as ReturnType<typeof kernels.packMatrix> & {
      at: number;
    };
    for (const rows of [1, 8, 32]) {
      const x = kernels.resident(Float32Array.from({ length: rows * k }, (_, i) => ((i * 31) % 97) / 97 - 0.5));
      const y = kernels.resident(new Float32Array(rows * out));
      const other = kernels.resident(new Float32Array(rows * out));
      const repeats = Math.max(2, Math.round(2e8 / (rows * k * out)));
      const many = (call: () => void) => (): void => {
        for (let i = 0; i < repeats; i++) call();
      };
      const [xAt, yAt] = [x.byteOffset, other.byteOffset];
      const variants: Record<string, () => void> = {
        frozen: () => kernels.matmul(x, rows, packed, y, k),
        'k in 4 lanes': () => orders.lanes4(xAt, weights.byteOffset, yAt, rows, out, k),
        'k in 2 chains':
          rows === 1
            ? () => orders.vector2(xAt, packed.at, yAt, out / 16, k)
            : () => orders.pair2(xAt, packed.at, yAt, rows, out / 16, k),
      };
      for (const [name, run] of Object.entries(variants)) {
        other.fill(Number.NaN);
        // long enough for the runtime to compile it well
        for (const end = performance.now() + 200; performance.now() < end;) run();
        // the same product but for rounding
        if (name !== 'frozen') expect(other.every((v, i) => Math.abs(v - y[i]) < 1e-3)).toBe(true);
      }
      const rounds = await takeTurns(
        Object.fromEntries(Object.entries(variants).map(([name, run]) => [name, many(run)])),
        ROUNDS,
      );
      const fastest = Object.keys(rounds).reduce((a, b) =>
        spreadOf(rounds[b]).median < spreadOf(rounds[a]).median ? b : a,
      );
      table.push([
        `${k} x ${out}`,
        String(rows),
        spreadText(timesFaster(rounds, 'frozen', 'k in 2 chains')),
        spreadText(timesFaster(rounds, 'frozen', 'k in 4 lanes')),
        fastest,
      ]);
    }
  }
  publish(
    'orders',
    'The frozen order of additions against other orders (times faster, median and range of 7 rounds)',
    ['in x out', 'rows', 'frozen / k in 2 chains', 'frozen / k in 4 lanes', 'fastest'],
    table,
  );
});
