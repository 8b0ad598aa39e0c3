/**
 * Run folder `<runs>/<id>/`: everything that is known about one run, in files that outlive the process.
 *
 *     manifest.json   what ran: config, target, versions        plan.json      the units
 *     units.jsonl     one observation a line (unit-log.ts)       blobs/         logits (blob-store.ts)
 *     profile.json    samples of a profile, if one was asked for   timing.json   times of a timing audit, likewise
 *     findings.json   verdict.json                               report files, data/: functions of the files above
 *
 * Beside the runs stands `latest`, a file with the id of the newest one (a file and not a link: it works on every file system).
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError, DataError } from '../ports/index.ts';
import {
  identifier,
  type Findings,
  type LogitsBlob,
  type Manifest,
  type Observation,
  type Plan,
  type Verdict,
} from '../schema/index.ts';
import { openBlobStore, type BlobStore } from './blob-store.ts';
import { isTemporary, readRecord, recordText, writeFileAtomic } from './json-file.ts';
import { indexLog, type LogIndex } from './log-index.ts';
import { readPlanFile, writePlanFile } from './plan-file.ts';
import { lockRun } from './run-lock.ts';
import { openUnitLog, readUnitLog } from './unit-log.ts';

const LATEST = 'latest';
const LOCK = 'run.lock';
const REPORT_DATA = 'data';
const FILE_NAME = /^[a-z0-9][a-z0-9.-]*$/;

/** Writes one run; holds its lock until `close`. */
export interface RunWriter {
  putBlob(sha256: string, bytes: Uint8Array): void;
  append(record: Observation): void;
  /** Without waiting for the disk; `sync` waits for all of it. */
  appendUnsynced(record: Observation): void;
  sync(): void;
  close(): void;
}

export interface RunFolder {
  readonly id: string;
  readonly directory: string;
  readonly manifest: Manifest;
  readonly plan: Plan;
  /** Line by line, memory of one line. */
  readUnits(): ReturnType<typeof readUnitLog>;
  /** @throws DataError when a line is damaged or names a unit that is not in the plan */
  indexUnits(): Promise<LogIndex>;
  loadLogits(blob: LogitsBlob): Float32Array;
  /** @throws DataError when it is missing or damaged */
  loadBlob(sha256: string): Uint8Array;
  /** @throws DataError when another process writes to the run */
  openWriter(): RunWriter;
  writeFindings(value: Findings): void;
  writeVerdict(value: Verdict): void;
  /** The stored text; null when the run has not been judged. */
  readText(fileName: string): string | null;
  writeReport(fileName: string, text: string): void;
  /** Into the folder `data`, for a report that does not fit into one file. */
  writeReportData(fileName: string, text: string): void;
  /** Removes what an earlier report has left there; other files stay. */
  clearReportData(isOfReport: (fileName: string) => boolean): void;
}

/**
 * Makes a run folder and points `latest` at it.
 *
 * @throws ConfigError RUN_ID_INVALID, RUN_EXISTS
 */
export function createRun(
  runsDirectory: string,
  content: { readonly manifest: Manifest; readonly plan: Plan },
): RunFolder {
  const id = checkedId(content.manifest.runId);
  const manifestText = recordText('manifest', content.manifest, 'manifest.json');
  const directory = join(runsDirectory, id);
  mkdirSync(directory, { recursive: true });
  const unlock = lockNewRun(directory, id);
  try {
    writePlanFile(join(directory, 'plan.json'), content.plan);
    // Last: a folder with a manifest is a whole run folder.
    writeFileAtomic(join(directory, 'manifest.json'), manifestText);
  } finally {
    unlock();
  }
  writeFileAtomic(join(runsDirectory, LATEST), `${id}\n`);
  return folderOf(directory, readRecord(join(directory, 'manifest.json'), 'manifest'), content.plan);
}

/** Of two processes that choose one id, one gets it. A folder in which a process was killed before its run began is free. */
function lockNewRun(directory: string, id: string): () => void {
  const taken = (cause?: unknown): ConfigError =>
    new ConfigError({
      code: 'RUN_EXISTS',
      at: directory,
      expected: 'a run id that is not taken',
      got: JSON.stringify(id),
      hint: `Choose another --run-id, or continue that run with --resume ${id}.`,
      ...(cause === undefined ? {} : { cause }),
    });
  let unlock: () => void;
  try {
    unlock = lockRun(join(directory, LOCK));
  } catch (cause) {
    if (cause instanceof DataError) throw taken(cause);
    throw cause;
  }
  if (readdirSync(directory).every((name) => name === LOCK || name === 'plan.json' || isTemporary(name))) return unlock;
  unlock();
  throw taken();
}

/**
 * Opens a run.
 *
 * @param run - an id; null = the latest
 * @throws DataError RUN_NOT_FOUND, or when manifest or plan cannot be read
 */
export function openRun(runsDirectory: string, run: string | null): RunFolder {
  return openFolder(join(runsDirectory, run === null ? latestId(runsDirectory) : checkedId(run)));
}

/** Opens a run by the path of its folder, wherever it lies. */
export function openRunFolder(path: string): RunFolder {
  return openFolder(resolve(path));
}

export interface RunListing {
  readonly id: string;
  readonly directory: string;
  /** Null when the manifest cannot be read; `problem` says why. */
  readonly manifest: Manifest | null;
  readonly verdict: Verdict | null;
  readonly problem: string | null;
}

/**
 * All runs, oldest first (by creation, then id); those that cannot be read too.
 *
 * @param problemOf - why a folder is not opened at all; null = it is
 */
export function listRuns(
  runsDirectory: string,
  problemOf: (directory: string) => string | null = () => null,
): RunListing[] {
  if (!existsSync(runsDirectory)) return [];
  const runs = readdirSync(runsDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && identifier.safeParse(entry.name).success)
    .map((entry) => listing(join(runsDirectory, entry.name), problemOf));
  const order = (run: RunListing): string => `${run.manifest?.createdAt ?? ''} ${run.id}`;
  return runs.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function listing(directory: string, problemOf: (directory: string) => string | null): RunListing {
  const id = basename(directory);
  const problem = problemOf(directory);
  if (problem !== null) return { id, directory, manifest: null, verdict: null, problem };
  try {
    const own = readRecord(join(directory, 'manifest.json'), 'manifest');
    const verdictPath = join(directory, 'verdict.json');
    return {
      id,
      directory,
      manifest: own,
      verdict: existsSync(verdictPath) ? readRecord(verdictPath, 'verdict') : null,
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { id, directory, manifest: null, verdict: null, problem: error.message };
  }
}

function openFolder(directory: string): RunFolder {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw new DataError({
      code: 'RUN_NOT_FOUND',
      at: directory,
      expected: 'a run folder',
      got: 'nothing there',
      hint: 'See `evenkeel list runs`.',
    });
  const own = readRecord(join(directory, 'manifest.json'), 'manifest');
  const ownPlan = readPlanFile(join(directory, 'plan.json'));
  if (own.planSha256 !== ownPlan.planSha256)
    throw new DataError({
      code: 'DATA_PLAN_MISMATCH',
      at: join(directory, 'plan.json'),
      expected: `the plan ${own.planSha256} that manifest.json names`,
      got: ownPlan.planSha256,
      hint: 'The two files are not of one run.',
    });
  return folderOf(directory, own, ownPlan);
}

function folderOf(directory: string, own: Manifest, ownPlan: Plan): RunFolder {
  const unitsPath = join(directory, 'units.jsonl');
  const blobs: BlobStore = openBlobStore(join(directory, 'blobs'));
  const pathOf = (fileName: string): string => {
    if (!FILE_NAME.test(fileName)) throw new RangeError(`run folder: ${JSON.stringify(fileName)} is not a file name`);
    return join(directory, fileName);
  };
  return {
    id: own.runId,
    directory,
    manifest: own,
    plan: ownPlan,
    readUnits: () => readUnitLog(unitsPath),
    indexUnits: () => indexLog(unitsPath, ownPlan),
    loadLogits: (blob) => blobs.loadLogits(blob),
    loadBlob: (sha256) => blobs.get(sha256),
    openWriter: () => openWriter(directory, unitsPath, blobs),
    writeFindings: (value) =>
      writeFileAtomic(pathOf('findings.json'), recordText('findings', value, pathOf('findings.json'))),
    writeVerdict: (value) =>
      writeFileAtomic(pathOf('verdict.json'), recordText('verdict', value, pathOf('verdict.json'))),
    readText: (fileName) => (existsSync(pathOf(fileName)) ? readFileSync(pathOf(fileName), 'utf8') : null),
    writeReport: (fileName, text) => writeFileAtomic(pathOf(fileName), text),
    writeReportData: (fileName, text) => {
      const path = join(pathOf(REPORT_DATA), basename(pathOf(fileName)));
      mkdirSync(dirname(path), { recursive: true });
      writeFileAtomic(path, text);
    },
    clearReportData: (isOfReport) => {
      const folder = pathOf(REPORT_DATA);
      if (!existsSync(folder)) return;
      for (const name of readdirSync(folder)) if (isOfReport(name)) rmSync(join(folder, name));
    },
  };
}

function openWriter(directory: string, unitsPath: string, blobs: BlobStore): RunWriter {
  const unlock = lockRun(join(directory, LOCK));
  try {
    blobs.clean();
    const log = openUnitLog(unitsPath);
    return {
      putBlob: (sha256, bytes) => blobs.put(sha256, bytes),
      append: (record) => log.append(record),
      appendUnsynced: (record) => log.appendUnsynced(record),
      sync: () => log.sync(),
      close: () => {
        log.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

function latestId(runsDirectory: string): string {
  const path = join(runsDirectory, LATEST);
  if (!existsSync(path))
    throw new DataError({
      code: 'RUN_NOT_FOUND',
      at: runsDirectory,
      expected: 'at least one run',
      got: 'none',
      hint: 'Start one with `evenkeel run`, or name the folder of a run.',
    });
  return checkedId(readFileSync(path, 'utf8').trim());
}

/** An id is a folder name: nothing that could lead out of the runs directory. */
function checkedId(id: string): string {
  if (identifier.safeParse(id).success && id !== LATEST) return id;
  throw new ConfigError({
    code: 'RUN_ID_INVALID',
    at: 'run id',
    expected: `at most 80 of a-z, 0-9, ".", "_", "-", starting with a-z or 0-9, and not "${LATEST}"`,
    got: JSON.stringify(id.slice(0, 100)),
    hint: 'See `evenkeel list runs`.',
  });
}
