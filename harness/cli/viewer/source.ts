/**
 * The runs that the viewer shows: listed at each request, opened when they are asked for, analysed once for as long as their files stay.
 * @module
 */
import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { join, sep } from 'node:path';
import { DataError } from '../../ports/index.ts';
import { SCHEMA_VERSION, type Comparison, type Verdict } from '../../schema/index.ts';
import { listRuns, openRun, runFolderProblem, type RunFolder, type RunListing } from '../../store/index.ts';
import { analyse, todayOf } from '../analyse.ts';
import { historyOf, type History } from '../history.ts';
import type { CliIo } from '../io.ts';
import { reportPage, viewOf } from '../render.ts';

/** Analyses that are kept: a report and its details, some megabytes each. */
const KEPT = 8;
const HISTORY_LAST = 200;
/** Of one page, with the units in it; more stands beside it, in memory. */
const REPORT_BYTES_MAX = 32 * 1024 * 1024;
/** Files that are looked at for the size of a folder. */
const FILES_COUNTED = 5000;
/** What a report is made from. */
const SOURCES = [
  'manifest.json',
  'plan.json',
  'units.jsonl',
  'baseline.json',
  'profile.json',
  'timing.json',
  'diagnosis.json',
];

export interface ListedRun extends RunListing {
  readonly size: { readonly bytes: number; readonly isAll: boolean };
}

export interface ReportPage {
  readonly html: string;
  readonly policy: string;
  /** Scripts with details that did not fit, by file name. */
  readonly beside: ReadonlyMap<string, string>;
}

export interface Compared {
  readonly base: string;
  readonly head: string;
  readonly comparison: Comparison;
  readonly verdict: Verdict;
}

export interface RunsSource {
  /** Newest first. */
  readonly list: () => readonly ListedRun[];
  readonly has: (id: string) => boolean;
  readonly history: () => History;
  /** @throws DataError when the run cannot be opened or analysed */
  readonly report: (id: string) => Promise<ReportPage>;
  /** @throws DataError as `report` */
  readonly compare: (base: string, head: string) => Promise<Compared>;
  /** A message that names files and not where they lie. */
  readonly withoutPaths: (message: string) => string;
}

export function openRunsSource(runsDirectory: string, io: Pick<CliIo, 'clock'>): RunsSource {
  const reports = new Map<string, { readonly key: string; readonly page: Promise<ReportPage> }>();
  const listing = (): RunListing[] => listRuns(runsDirectory, runFolderProblem);
  const withoutPaths = (message: string): string => message.replaceAll(`${runsDirectory}${sep}`, '');
  const open = (id: string): RunFolder => {
    const directory = join(runsDirectory, id);
    const problem = runFolderProblem(directory);
    if (problem === null) return openRun(runsDirectory, id);
    throw new DataError({
      code: 'VIEW_FOLDER',
      at: `run ${id}`,
      expected: 'plain files of usual sizes',
      got: problem,
      hint: 'Look at the folder before you open it with another command.',
    });
  };
  const make = async (id: string): Promise<ReportPage> => {
    const run = open(id);
    const analysis = await analyse(run, { today: todayOf(io) });
    const beside = new Map<string, string>();
    const html = reportPage(run, viewOf(run, analysis), {
      log: analysis.log,
      reportMaxBytes: REPORT_BYTES_MAX,
      writeBeside: (fileName, text) => void beside.set(fileName, text),
    });
    return { html, policy: policyIn(html), beside };
  };
  return {
    list: () =>
      listing()
        .map((run) => ({
          ...run,
          problem: run.problem === null ? null : withoutPaths(run.problem),
          size: sizeOf(run.directory),
        }))
        .reverse(),
    // only what is listed is opened: a name that leads elsewhere is in no list
    has: (id) => readdirSync(runsDirectory).includes(id) && listing().some((run) => run.id === id),
    history: () => historyOf(runsDirectory, { last: HISTORY_LAST, folderProblem: runFolderProblem }),
    report: (id) => {
      const key = keyOf(join(runsDirectory, id));
      const kept = reports.get(id);
      if (kept?.key === key) return kept.page;
      const page = make(id);
      reports.delete(id);
      reports.set(id, { key, page });
      page.catch(() => reports.delete(id));
      const [oldest] = reports.keys();
      if (reports.size > KEPT) reports.delete(oldest);
      return page;
    },
    compare: async (base, head) => {
      const today = todayOf(io);
      const { snapshot } = await analyse(open(base), { today });
      const baseline = { schemaVersion: SCHEMA_VERSION, name: `run ${base}`, baseline: snapshot() } as const;
      const { comparison, verdict } = await analyse(open(head), { today, baseline });
      if (comparison === null) throw new RangeError('analyse was given a baseline and compared nothing');
      return { base, head, comparison, verdict };
    },
    withoutPaths,
  };
}

/** Changes when a file of the run does. */
function keyOf(directory: string): string {
  return SOURCES.map((name) => {
    const stats = lstatSync(join(directory, name), { throwIfNoEntry: false });
    return stats === undefined ? '-' : `${stats.size}@${stats.mtimeMs}`;
  }).join(' ');
}

/** The policy that the page was made with. */
function policyIn(html: string): string {
  const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html) ?? [];
  if (policy === undefined) throw new RangeError('the report names no policy');
  return policy;
}

function sizeOf(directory: string): ListedRun['size'] {
  let bytes = 0;
  let left = FILES_COUNTED;
  const waiting = [directory];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of entriesOf(folder)) {
      if (left-- <= 0) return { bytes, isAll: false };
      const path = join(folder, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) bytes += lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
    }
  }
  return { bytes, isAll: true };
}

/** None of a folder that is gone, or may not be read. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
