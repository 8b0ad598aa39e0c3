/**
 * Packs a run's units for the page: an index of all of them, and the details in chunks that are inflated when they are looked at.
 *
 * Memory: the index and the chunks inside the page; of the observations one at a time. Units with a failure come first, then the others in
 * an order drawn from the run's seed, so that what fits is every failure and a sample of the rest; what does not fit goes beside the page.
 * Equal records give equal bytes: the compression is a pinned library in JavaScript, with no time in its header, and not the platform's zlib.
 * @module
 */
import { gzipSync, strToU8 } from 'fflate';
import type { Observation, Plan, Rng, Unit } from '../../harness/schema/index.ts';
import type { PackedUnits, RowStatus } from '../unit-index.ts';
import type { LoadLogits } from './alternatives.ts';
import { compareUnit } from './compare-unit.ts';
import { createIndexColumns } from './index-columns.ts';
import { unitDetail } from './unit-detail.ts';

export interface UnitsInput {
  readonly plan: Pick<Plan, 'units'>;
  /** The record that counts; null = there is none. Asked twice of each unit. */
  readonly read: (unitId: string) => Observation | null;
  readonly loadLogits: LoadLogits;
  /** Draws the sample. */
  readonly rng: Rng;
  /** What the whole page may have. */
  readonly bytesMax: number;
  /** What the page has without the units. */
  readonly bytesOfPage: number;
  /** Writes a file beside the page. */
  readonly writeBeside: (fileName: string, text: string) => void;
}

const UNITS_PER_CHUNK = 200;
/** Of JSON: a chunk of very long outputs is closed before it has its units, so that one can be inflated at once. */
const CHARACTERS_PER_CHUNK = 1_000_000;
/** In the index, a chunk's number is a few digits that hardly compress. */
const INDEX_BYTES_PER_UNIT = 3;
const NOT_A_FAILURE: ReadonlySet<RowStatus> = new Set(['p', 'm', 'u', 'n']);

/** In the folder `data`, beside the page. */
const sidecarName = (chunk: number): string => `chunk-${chunk}.js`;
export const isSidecarName = (fileName: string): boolean => /^chunk-\d+\.js$/.test(fileName);

export function packUnits(input: UnitsInput): PackedUnits {
  const { plan, read, bytesMax } = input;
  const columns = createIndexColumns();
  const failed: number[] = [];
  const rest: number[] = [];
  for (const [at, unit] of plan.units.entries()) {
    const observation = read(unit.id);
    const compared = compareUnit(unit, observation);
    columns.add(unit, observation, compared);
    if (observation === null) continue;
    const isFailure = observation.status === 'error' || compared.some(({ status }) => !NOT_A_FAILURE.has(status));
    (isFailure ? failed : rest).push(at);
  }
  const withoutChunks = { inside: 0, all: 0, unitsInside: 0 };
  const draft = columns.close(new Array<number>(plan.units.length).fill(-1), withoutChunks, bytesMax);
  const reserve = packed(JSON.stringify(draft)).length + INDEX_BYTES_PER_UNIT * plan.units.length;
  const chunks = createChunks(input, bytesMax - input.bytesOfPage - reserve);
  for (const at of failed) chunks.add(at, plan.units[at]);
  // a chunk has failures alone or none, so that no failure is pushed out by its neighbours
  chunks.cut();
  for (const at of input.rng.shuffle(rest)) chunks.add(at, plan.units[at]);
  const { inside, all, unitsInside, chunkOf } = chunks.close();
  const index = columns.close(
    plan.units.map((_, at) => chunkOf.get(at) ?? -1),
    { inside: inside.length, all, unitsInside },
    bytesMax,
  );
  return { index: packed(JSON.stringify(index)), chunks: inside, chunksBeside: all - inside.length };
}

interface Chunks {
  add(at: number, unit: Unit): void;
  cut(): void;
  close(): {
    readonly inside: readonly string[];
    readonly all: number;
    readonly unitsInside: number;
    readonly chunkOf: ReadonlyMap<number, number>;
  };
}

/** @param room - bytes that are left in the page */
function createChunks({ read, loadLogits, writeBeside }: UnitsInput, room: number): Chunks {
  const inside: string[] = [];
  const chunkOf = new Map<number, number>();
  let all = 0;
  let left = room;
  let unitsInside = 0;
  let texts: string[] = [];
  let characters = 0;
  const cut = (): void => {
    if (texts.length === 0) return;
    const text = packed(`[${texts.join(',')}]`);
    // once one has not fitted, no later one is in the page: what is inside is the beginning of the order
    if (all === inside.length && text.length <= left) {
      inside.push(text);
      left -= text.length;
      unitsInside += texts.length;
    } else writeBeside(sidecarName(all), `evenkeelChunk(${all},"${text}");\n`);
    all++;
    texts = [];
    characters = 0;
  };
  return {
    cut,
    add: (at, unit) => {
      const observation = read(unit.id);
      if (observation === null) throw new Error(`invariant: unit ${unit.id} had a record before`);
      const text = JSON.stringify(unitDetail(observation, compareUnit(unit, observation), loadLogits));
      if (texts.length === UNITS_PER_CHUNK || characters + text.length > CHARACTERS_PER_CHUNK) cut();
      chunkOf.set(at, all);
      texts.push(text);
      characters += text.length;
    },
    close: () => {
      cut();
      return { inside, all, unitsInside, chunkOf };
    },
  };
}

/** Gzip as base64; its header holds no time. */
function packed(text: string): string {
  return Buffer.from(gzipSync(strToU8(text), { mtime: 0 })).toString('base64');
}
