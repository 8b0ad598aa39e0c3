import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCheckpoint, createEngine, PRECISION_MODES } from '../../../engine/index.ts';
import type { BatchRequest, EngineOptions, TraceEvent } from '../../../engine/index.ts';
import { prefetchingFetcher } from '../../../engine/memory/index.ts';
import { bitsOf, promptOf, requestOf, resultOf } from '../../support/serving-runs.ts';

const checkpoints = {
  v41: buildCheckpoint({ preset: 'v4-tiny-engram', seed: 'memory' }),
  paper: buildCheckpoint({ preset: 'v4-tiny-engram-paper', seed: 'memory' }),
};
type Form = keyof typeof checkpoints;
const probe = requestOf('probe', 1, 70, { maxTokens: 8 });
const bits = (form: Form, options: EngineOptions = {}, requests: readonly BatchRequest[] = [probe]): string => {
  const engine = createEngine(checkpoints[form], options);
  const out = bitsOf(resultOf(engine.openSession().run(requests), 'probe'));
  engine.close();
  return out;
};

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-memory-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe.each(['v41', 'paper'] as const)('a model with a memory of the %s form', (form) => {
  const alone = bits(form);

  it('differs from the same model with its memory off, and with an order off', () => {
    const off = bits(form, { memory: { enabled: false } });
    const pairs = bits(form, { memory: { orders: [2] } });
    expect(new Set([alone, off, pairs]).size).toBe(3);
  });

  it.each(PRECISION_MODES)(
    'has the same bits in %s: in a batch, in chunks, with drafts, from a cached prefix',
    (precision) => {
      const want = bits(form, { precision });
      const mates = [requestOf('a', 7, 33), requestOf('b', 8, 5)];
      expect(bits(form, { precision, chunkSize: 5 }, [...mates, probe])).toBe(want);
      expect(bits(form, { precision, draftTokens: 2 })).toBe(want);
      for (const windowPolicy of [{ kind: 'full' }, { kind: 'zero' }] as const) {
        const session = createEngine(checkpoints[form], {
          precision,
          prefixCache: true,
          pageTokens: 16,
          windowPolicy,
        }).openSession();
        const long = { ...requestOf('probe', 1, 260), maxTokens: 4 };
        const cold = session.run([long])[0];
        const warm = session.run([long])[0];
        expect(warm.cachedTokens).toBeGreaterThan(0);
        expect(bitsOf(warm)).toBe(bitsOf(cold));
      }
    },
  );

  it('has the same bits wherever its tables lie, with prefetch and without', () => {
    for (const placement of [
      { kind: 'resident' },
      { kind: 'host', cacheRows: 10 },
      { kind: 'host', cacheRows: 0 },
      { kind: 'disk', directory, cacheRows: 50 },
    ] as const)
      for (const prefetch of ['off', 'on', 'verify'] as const)
        expect(bits(form, { memory: { placement, prefetch } })).toBe(alone);
  });

  it.each(['f32-kvq', 'w8a8', 'bf16'] as const)('has the same bits wherever its tables lie in %s', (precision) => {
    const want = bits(form, { precision });
    for (const placement of [
      { kind: 'host', cacheRows: 10 },
      { kind: 'disk', directory, cacheRows: 50 },
    ] as const)
      expect(bits(form, { precision, memory: { placement, prefetch: 'verify' } })).toBe(want);
  });

  it('never lets an n-gram cross from one request to the next', () => {
    const session = createEngine(checkpoints[form], { maxBatch: 1 }).openSession();
    session.run([requestOf('before', 5, 40)]);
    expect(bitsOf(session.run([probe])[0])).toBe(alone);
  });

  it('survives preemption by recompute and by swap', () => {
    for (const preemption of ['recompute', 'swap'] as const) {
      const session = createEngine(checkpoints[form], {
        preemption,
        pageTokens: 16,
        hotPages: 9,
        chunkSize: 16,
      }).openSession();
      const results = session.run([requestOf('old', 3, 60, { maxTokens: 30 }), probe]);
      expect(bitsOf(resultOf(results, 'probe'))).toBe(alone);
      expect(session.counters.preemptions).toBeGreaterThan(0);
    }
  });
});

describe('the memory', () => {
  it.each([
    ['memoryGate', { memoryGate: (_dot: number, { rows }: { rows: number }) => 1 / rows }],
    [
      'ngramHistory',
      { ngramHistory: (ids: Int32Array, t: number, window: Int32Array) => void window.fill(ids[Math.max(0, t - 1)]) },
    ],
  ])('%s is a real seam: a wrong one changes the result', (_name, parts) => {
    expect(bits('v41', { parts })).not.toBe(bits('v41'));
  });

  it('shows exactly which rows a prompt touched: equal endings of n-grams touch equal rows', () => {
    const rows = new Map<number, number[]>();
    const tap = ({ op, rows: places, values }: TraceEvent): void => {
      if (op !== 'layers.1.engram.rows') return;
      const columns = values.length / places.length;
      places.forEach(({ position }, r) => rows.set(position, [...values.subarray(r * columns, (r + 1) * columns)]));
    };
    const tokenIds = [...promptOf(1, 10), ...promptOf(1, 10)];
    createEngine(checkpoints.v41).score(tokenIds, { tap });
    expect(rows.size).toBe(20);
    expect(rows.get(0)).toHaveLength(24);
    // from the fourth token of the second copy on, all its n-grams are those of the first
    for (let t = 3; t < 10; t++) expect(rows.get(t + 10)).toEqual(rows.get(t));
    expect(rows.get(10)).not.toEqual(rows.get(0));
  });

  it('keys the prefix cache by its tables and orders', () => {
    const entry = (options: EngineOptions): string =>
      createEngine(checkpoints.v41, options)
        .describe()
        .find(({ name }) => name === 'memory')!.value;
    expect(new Set([entry({}), entry({ memory: { orders: [2] } }), entry({ memory: { enabled: false } })]).size).toBe(
      3,
    );
  });

  it('finds a wrong prefetched row in verify mode', () => {
    const engine = createEngine(checkpoints.v41, {
      parts: {
        rowFetcher: (tables) => {
          const wrong = tables.map((table) => {
            let reads = 0;
            return {
              ...table,
              // now and then a read gives the row before: a race between two reads
              read: (row: number, out: Float32Array, at: number) =>
                table.read(++reads % 500 === 499 ? Math.max(0, row - 1) : row, out, at),
            };
          });
          return prefetchingFetcher(wrong, { verify: true });
        },
      },
    });
    expect(() => engine.openSession().run([probe])).toThrow(
      /memory layer \d, row \d+, prefetch \d+: expected the row that the table holds/,
    );
  });

  it('refuses a damaged row of a table on disk, naming file and row', () => {
    const [name] = readdirSync(directory);
    const path = join(directory, name);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const whole = readFileSync(path);
    const damaged = Buffer.from(whole);
    for (let at = 88; at < damaged.length; at += 37) damaged[at] ^= 1;
    writeFileSync(path, damaged);
    const run = (): string => bits('v41', { memory: { placement: { kind: 'disk', directory, cacheRows: 0 } } });
    const runPaper = (): string => bits('paper', { memory: { placement: { kind: 'disk', directory, cacheRows: 0 } } });
    expect(() => [run(), runPaper()]).toThrow(/\.table, row \d+: expected checksum/);
    writeFileSync(path, whole.subarray(0, whole.length - 1));
    expect(() => [run(), runPaper()]).toThrow(/\.table: expected \d+ bytes/);
    writeFileSync(path, whole);
  });

  it.each([
    [{ orders: [5] }, /orders from 2 to 4, got 5/],
    [{ tokenMap: new Int32Array(3) }, /expected 320 ids, got 3/],
    [{ tokenMap: new Int32Array(320) }, /expected 291 compressed ids, got 1/],
  ])('refuses options that do not fit (%#)', (memory, message) => {
    expect(() => createEngine(checkpoints.v41, { memory })).toThrow(message);
  });
});
