/**
 * Fair timing for benchmarks: variants take turns, ratios are made within a round, medians come with their spread.
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Milliseconds per round of each variant. */
export type Rounds = Readonly<Record<string, readonly number[]>>;

/** Times the variants in turn, round by round, after one round that is not counted. */
export async function takeTurns(
  variants: Readonly<Record<string, () => void | Promise<void>>>,
  rounds: number,
): Promise<Rounds> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++)
    for (const [name, run] of Object.entries(variants)) {
      const start = performance.now();
      await run();
      if (round >= 0) times[name].push(performance.now() - start);
    }
  return times;
}

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Median, smallest and largest. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
  return { median, low: sorted[0], high: sorted[sorted.length - 1] };
}

/** How many times faster `a` is than `b`, round by round. */
export const timesFaster = (rounds: Rounds, a: string, b: string): Spread =>
  spreadOf(rounds[a].map((t, i) => rounds[b][i] / t));

/** Two or three digits that matter, without an exponent. */
export const two = (x: number): string => (x >= 100 ? Math.round(x).toString() : x.toPrecision(x < 1 ? 2 : 3));
export const spreadText = ({ median, low, high }: Spread): string => `${two(median)} (${two(low)} to ${two(high)})`;

/** Prints a table and keeps its numbers for docs/performance.md (`npm run bench:page`); EVENKEEL_BENCH_MACHINE names another machine's folder. */
export function publish(
  section: string,
  title: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const folder = join(root, 'docs/benchmarks', process.env['EVENKEEL_BENCH_MACHINE'] ?? '');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${section}.json`), `${JSON.stringify({ title, columns, rows }, null, 2)}\n`);
  const widths = columns.map((c, i) => Math.max(c.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  console.log([`\n${title}`, line(columns), ...rows.map(line)].join('\n'));
}

/** A room of the built engine: what the test runner makes of sources is several times slower. */
export const built = <T>(room: string): Promise<T> =>
  import(/* @vite-ignore */ pathToFileURL(join(root, 'dist/engine', room, 'index.js')).href) as Promise<T>;
