/**
 * Row fetchers: how rows come from a table to the layer that needs them. A part of the engine.
 *
 * Row numbers depend on token ids alone, so they are known a step ahead. The prefetching fetcher reads them early, through a
 * scheduler that decides when a read completes; what is not there in time is read at once (late), and in verify mode every
 * prefetched row is compared with a fresh read. Source: specification section 12.9.
 * @module
 */
import type { MemoryTable } from './tables/index.ts';

export interface FetchCounters {
  prefetched: number;
  /** Rows that had been prefetched and had arrived; that had not arrived; that nobody had asked for. */
  onTime: number;
  late: number;
  direct: number;
  verified: number;
}

export interface RowFetcher {
  readonly name: string;
  readonly counters: FetchCounters;
  /** Starts to fetch rows that the next step will take. */
  prefetch(layer: number, rows: Int32Array): void;
  /** @param out - [rows.length, dim] f32, written */
  take(layer: number, rows: Int32Array, out: Float32Array): void;
  /** Lets pending reads complete. */
  advance(): void;
}

/** Most rows staged per layer. */
const STAGED_ROWS = 65536;

const createFetchCounters = (): FetchCounters => ({ prefetched: 0, onTime: 0, late: 0, direct: 0, verified: 0 });

/** Reads when asked. @param tables - by layer of the memory */
export function directFetcher(tables: readonly MemoryTable[]): RowFetcher {
  const counters = createFetchCounters();
  return {
    name: 'direct',
    counters,
    prefetch: () => undefined,
    take(layer, rows, out) {
      readRows(tables[layer], rows, out);
      counters.direct += rows.length;
    },
    advance: () => undefined,
  };
}

function readRows(table: MemoryTable, rows: Int32Array, out: Float32Array): void {
  rows.forEach((row, i) => table.read(row, out, i * table.dim));
}

/** When prefetched rows arrive. */
export interface FetchScheduler {
  start(label: string, complete: () => void): void;
  advance(): void;
}

const immediate: FetchScheduler = { start: (_label, complete) => complete(), advance: () => undefined };

/** A prefetched row differs from what the table holds. */
export class PrefetchError extends Error {
  readonly code = 'MEMORY_PREFETCH';

  constructor(layer: number, row: number, generation: number) {
    super(
      `memory layer ${layer}, row ${row}, prefetch ${generation}: expected the row that the table holds, got other values. ` +
        `The prefetch path is wrong; run with prefetch off.`,
    );
    this.name = 'PrefetchError';
  }
}

export interface PrefetchOptions {
  readonly verify: boolean;
  readonly scheduler?: FetchScheduler;
}

export function prefetchingFetcher(tables: readonly MemoryTable[], options: PrefetchOptions): RowFetcher {
  const counters = createFetchCounters();
  const scheduler = options.scheduler ?? immediate;
  const staged = tables.map(() => new Map<number, { readonly generation: number; values: Float32Array | null }>());
  let generation = 0;
  return {
    name: `prefetch${options.verify ? ', verified' : ''}`,
    counters,
    prefetch(layer, rows) {
      const table = tables[layer];
      for (const row of new Set(rows)) {
        if (staged[layer].has(row)) continue;
        const entry: { generation: number; values: Float32Array | null } = { generation: ++generation, values: null };
        staged[layer].set(row, entry);
        counters.prefetched++;
        // what a preempted or aborted request asked for is never taken
        if (staged[layer].size > STAGED_ROWS) staged[layer].delete(staged[layer].keys().next().value!);
        scheduler.start(`layer ${layer} row ${row}`, () => {
          const values = new Float32Array(table.dim);
          table.read(row, values, 0);
          entry.values = values;
        });
      }
    },
    take(layer, rows, out) {
      const table = tables[layer];
      rows.forEach((row, i) => {
        const entry = staged[layer].get(row);
        const values = entry?.values ?? null;
        if (entry === undefined || values === null) {
          table.read(row, out, i * table.dim);
          if (entry === undefined) counters.direct++;
          else counters.late++;
          return;
        }
        out.set(values, i * table.dim);
        counters.onTime++;
        if (!options.verify) return;
        const fresh = new Float32Array(table.dim);
        table.read(row, fresh, 0);
        if (fresh.some((v, d) => !Object.is(v, values[d]))) throw new PrefetchError(layer, row, entry.generation);
        counters.verified++;
      });
      // staged for one step: a row that is needed again is asked for again
      for (const row of rows) staged[layer].delete(row);
    },
    advance: () => scheduler.advance(),
  };
}
