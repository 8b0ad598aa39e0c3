/**
 * The rooms of the house and who may import whom: DESIGN "Who may import whom", as a table.
 *
 * A room is named by its folder. Its door is its `index.ts`. To the world outside, the engine has the door
 * `engine/index.ts` and, for its HTTP face, `engine/server/index.ts`; among themselves the engine's folders are rooms. A new room is a row here, and a reason in the change that adds it.
 * @module
 */
import { segmentsOf } from './source.ts';

const ENGINE_ROOMS = [
  'engine/formats',
  'engine/trace',
  'engine/kernels',
  'engine/checkpoint',
  'engine/tokenizer',
  'engine/cache',
  'engine/memory',
  'engine/model',
  'engine/parallel',
  'engine/serving',
  'engine/training',
  'engine/server',
];
const HARNESS_ROOMS = [
  'harness/schema',
  'harness/ports',
  'harness/statistics',
  'harness/config',
  'harness/plan',
  'harness/targets',
  'harness/run',
  'harness/store',
  'harness/gate',
  'harness/diagnose',
  'harness/audit',
  'harness/measure',
  'harness/vitest',
  'harness/cli',
];
const SEAMS = ['engine/formats', 'engine/trace'];
const LOWER_ENGINE = [...SEAMS, 'engine/kernels', 'engine/checkpoint', 'engine/cache', 'engine/memory'];
const RECORDS = ['harness/schema', 'harness/ports'];

/**
 * What each room may import, besides itself. `x/*` stands for every room inside x.
 * Longest key wins, so that a row for `suites/fault-bench` replaces the row for `suites/*`.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'harness/schema': [],
  'harness/statistics': [],
  // Types alone: Rng is declared beside the plug-in shapes that take one, and implemented in ports.
  'harness/ports': ['harness/schema'],

  engine: ['engine/*'],
  'engine/formats': [],
  'engine/trace': ['engine/formats'],
  // kernels are cut into parts for an executor, which knows nothing of them
  'engine/parallel': [],
  'engine/kernels': [...SEAMS, 'engine/parallel'],
  'engine/checkpoint': SEAMS,
  'engine/tokenizer': SEAMS,
  'engine/cache': [...SEAMS, 'engine/kernels'],
  'engine/memory': [...SEAMS, 'engine/kernels'],
  'engine/model': LOWER_ENGINE,
  'engine/serving': [...LOWER_ENGINE, 'engine/tokenizer', 'engine/model'],
  'engine/training': [...LOWER_ENGINE, 'engine/tokenizer', 'engine/model'],
  'engine/server': [...LOWER_ENGINE, 'engine/tokenizer', 'engine/model', 'engine/serving'],

  perturbations: RECORDS,
  'harness/plan': RECORDS,
  'harness/config': RECORDS,
  'harness/targets': RECORDS,
  'harness/targets/reference-engine': [...RECORDS, 'engine'],
  'harness/store': RECORDS,
  'harness/run': [...RECORDS, 'harness/targets', 'harness/plan', 'harness/store'],
  'harness/gate': [...RECORDS, 'harness/statistics'],
  'harness/diagnose': [...RECORDS, 'harness/statistics'],
  // the format of a bundle; what goes into it comes from the command line, which has run, gate and reports
  'harness/audit': RECORDS,

  suites: [...RECORDS, 'suites/*'],
  'suites/*': [...RECORDS, 'harness/statistics', 'perturbations', 'suites/pairing'],
  'suites/fault-bench': [...RECORDS, 'harness/statistics', 'perturbations', 'suites/pairing', 'engine'],

  reports: [...RECORDS, 'reports/*'],
  // `reports` itself: the view model that every format renders.
  'reports/*': [...RECORDS, 'reports', 'reports/view-model'],
  // the units of a run for the explorer of the page: paired and compared as the suites pair and compare them
  'reports/units': [...RECORDS, 'reports', 'harness/statistics', 'suites/pairing', 'suites/leakage'],
  // tables of an export: what is in them is declared once, and written in two formats
  'reports/csv': ['reports', 'reports/tables'],
  'reports/parquet': ['reports/tables'],
  // what the bench found, on a page of the report's style
  'reports/fault-bench': [...RECORDS, 'reports', 'reports/view-model', 'reports/html'],
  // the numbers of the tables, run after run, on a page of the report's style
  'reports/history': [
    ...RECORDS,
    'reports',
    'reports/view-model',
    'reports/tables',
    'reports/html',
    'reports/model-card',
  ],

  // the suites and the gate over a log, with or without files: what the command line, benches and a team's tests share
  'harness/measure': [
    ...RECORDS,
    'harness/plan',
    'harness/run',
    'harness/store',
    'harness/gate',
    'perturbations',
    'suites',
    'suites/*',
  ],
  'harness/vitest': ['harness/*', 'perturbations', 'suites', 'suites/*'],

  harness: ['harness/*'],
  'harness/cli': [
    'harness/*',
    'engine',
    'engine/server',
    'perturbations',
    'suites',
    'suites/*',
    'reports',
    'reports/*',
  ],
};

/** Rooms whose results are functions of their arguments: no clock, no chance, no locale. */
const PURE = ['harness/plan', 'harness/statistics', 'harness/gate', 'perturbations', 'suites', 'reports'];

/**
 * The room of a path, or undefined when it is outside the house (test/, scripts/, a config file).
 * A file directly in `engine/`, `harness/`, `suites/` or `reports/` is in the room of that name.
 */
export function roomOf(path: string): string | undefined {
  const [top, second, ...rest] = segmentsOf(path);
  switch (top) {
    case 'perturbations':
      return second === undefined ? undefined : top;
    case 'engine':
    case 'harness':
    case 'suites':
    case 'reports':
      if (second === undefined) return undefined;
      return rest.length === 0 ? top : `${top}/${second}`;
    default:
      return undefined;
  }
}

/** A room that the tables know; another folder in engine/ or harness/ is a room that nobody has thought about. */
export function isKnownRoom(room: string): boolean {
  if (room.startsWith('engine/')) return ENGINE_ROOMS.includes(room);
  if (room.startsWith('harness/')) return HARNESS_ROOMS.includes(room);
  return true;
}

/** Whether the file at `from` may import something of room `to`. */
export function mayImport(from: string, to: string): boolean {
  const room = roomOf(from);
  if (room === undefined || room === to) return true;
  const allowed = MAY_IMPORT[rowOf(from, room)] ?? [];
  return allowed.some((pattern) => matches(pattern, to));
}

/** The rooms that the file at `from` may import, for a message. */
export function allowedFrom(from: string): readonly string[] {
  const room = roomOf(from);
  return room === undefined ? [] : (MAY_IMPORT[rowOf(from, room)] ?? []);
}

export function isEngine(path: string): boolean {
  return path.startsWith('engine/');
}

export function isPure(path: string): boolean {
  return PURE.some((folder) => path.startsWith(`${folder}/`));
}

export function isInside(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path.startsWith(`${folder}/`));
}

/** The key of the row for a file: its longest folder that has one, else `top/*`. */
function rowOf(path: string, room: string): string {
  const segments = segmentsOf(path);
  for (let count = segments.length - 1; count >= 2; count--) {
    const key = segments.slice(0, count).join('/');
    if (key in MAY_IMPORT) return key;
  }
  if (room in MAY_IMPORT) return room;
  return `${segments[0]}/*`;
}

function matches(pattern: string, room: string): boolean {
  return pattern.endsWith('/*') ? room.startsWith(pattern.slice(0, -1)) : room === pattern;
}
