/**
 * `plan.json`: one JSON document whose units stand on a line each, so that a plan of any length is written and read unit by unit.
 *
 * Units of one perturbation mostly have the same levels: they are held once. Any other spelling of the file (older versions, a hand)
 * is read as a whole, and tells of its problems in the same words.
 * @module
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { DataError } from '../ports/index.ts';
import { plan as planSchema, SCHEMA_VERSION, unit as unitSchema, type Plan, type Unit } from '../schema/index.ts';
import { readRecord, writeFileAtomic } from './json-file.ts';

const CHUNK_BYTES = 1024 * 1024;
const UNITS_PER_WRITE = 500;
const HEAD = /^\{\n {2}"schemaVersion": (\d+),\n {2}"planSha256": "([0-9a-f]{64})",\n {2}"units": \[$/;
const HEAD_LINES = 4;

/** @throws DataError DATA_UNWRITABLE when it could not be read again */
export function writePlanFile(path: string, plan: Plan): void {
  writeFileAtomic(path, planText(plan));
}

/** @throws DataError as `readRecord` */
export function readPlanFile(path: string): Plan {
  let plan: Plan | null = null;
  try {
    plan = readByUnit(path);
  } catch (error) {
    // Not UTF-8: the reader of whole files says so in its own words.
    if (!(error instanceof TypeError)) throw error;
  }
  return plan ?? readRecord(path, 'plan');
}

function* planText({ units, ...head }: Plan): Generator<string> {
  check(planSchema.safeParse({ ...head, units: units.slice(0, 1) }));
  yield `{\n  "schemaVersion": ${head.schemaVersion},\n  "planSha256": "${head.planSha256}",\n  "units": [\n`;
  for (let from = 0; from < units.length; from += UNITS_PER_WRITE) {
    let text = '';
    for (const [at, unit] of units.slice(from, from + UNITS_PER_WRITE).entries()) {
      const parsed = check(unitSchema.safeParse(unit));
      text += `    ${JSON.stringify(parsed)}${from + at + 1 < units.length ? ',' : ''}\n`;
    }
    yield text;
  }
  yield '  ]\n}\n';
}

type Parsed<T> =
  | { readonly success: true; readonly data: T }
  | {
      readonly success: false;
      readonly error: {
        readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
      };
    };

function check<T>(parsed: Parsed<T>): T {
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DataError({
    code: 'DATA_UNWRITABLE',
    at: `plan.json, ${issue.path.map(String).join('.')}`,
    expected: 'a record that can be read again',
    got: issue.message,
    hint: 'Nothing was written; this is a defect of evenkeel.',
  });
}

/** Null for a file that is not spelled as above, or is damaged. */
function readByUnit(path: string): Plan | null {
  const levels = new Map<string, Unit['levels']>();
  const words = new Map<string, string>();
  const units: Unit[] = [];
  const head: string[] = [];
  let end = '';
  let last = false;
  for (const line of linesOf(path)) {
    if (head.length < HEAD_LINES) head.push(line);
    else if (last || line === '  ]') {
      last = true;
      end += `${line}\n`;
    } else {
      const unit = unitOf(line);
      if (unit === null) return null;
      units.push({
        ...unit,
        perturbation: shared(words, unit.perturbation, unit.perturbation),
        seed: shared(words, unit.seed, unit.seed),
        levels: shared(levels, JSON.stringify(unit.levels), unit.levels),
      });
    }
  }
  const parts = HEAD.exec(head.join('\n'));
  if (parts === null || Number(parts[1]) !== SCHEMA_VERSION || units.length === 0 || end !== '  ]\n}\n') return null;
  return { schemaVersion: SCHEMA_VERSION, planSha256: parts[2], units };
}

function unitOf(line: string): Unit | null {
  try {
    const parsed = unitSchema.safeParse(JSON.parse(line.replace(/,$/, '')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function shared<T>(pool: Map<string, T>, key: string, value: T): T {
  const known = pool.get(key);
  if (known !== undefined) return known;
  pool.set(key, value);
  return value;
}

/** The lines that end with a newline; a file that cannot be read has none. */
function* linesOf(path: string): Generator<string> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return;
  }
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let pending = '';
    for (let got = readSync(file, chunk); got > 0; got = readSync(file, chunk)) {
      const lines = (pending + decoder.decode(chunk.subarray(0, got), { stream: true })).split('\n');
      pending = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    closeSync(file);
  }
}
