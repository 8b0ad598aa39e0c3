/**
 * The command line for tests: a captured stdout and stderr, a clock that steps, an interrupt that the test gives.
 *
 * `projectFolder` makes a folder with a small config and two short cases, so that a run takes a second or two.
 * @module
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCli, type CliIo } from '../../harness/cli/index.ts';
import { fixedClock } from '../../harness/ports/index.ts';
import { temporaryFolder } from './run-records.ts';

export interface CapturedIo extends CliIo {
  readonly out: () => string;
  readonly err: () => string;
  /** Presses Ctrl-C, or sends another signal. */
  readonly interrupt: (signal?: 'SIGINT' | 'SIGTERM') => void;
  readonly exits: number[];
}

export interface IoOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTty?: boolean;
  /** What the clock shows first. */
  readonly startIso?: string;
  /** Sees each text on stderr as it is written. */
  readonly onErr?: (text: string) => void;
}

const START = '2026-11-24T04:00:00.000Z';

export function createIo({ cwd, env = {}, isTty = false, startIso = START, onErr }: IoOptions): CapturedIo {
  const texts = { out: '', err: '' };
  const handlers = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>();
  const exits: number[] = [];
  return {
    telling: { level: 'normal' },
    stdout: { write: (text) => void (texts.out += text), isTty, columns: 120 },
    stderr: {
      write: (text) => {
        texts.err += text;
        onErr?.(text);
      },
      isTty,
      columns: 120,
    },
    env: { ...env },
    cwd,
    clock: fixedClock(startIso, 250),
    runtime: { node: 'v20.19.0', platform: 'linux', arch: 'x64' },
    onInterrupt: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    exitNow: (code) => exits.push(code),
    out: () => texts.out,
    err: () => texts.err,
    interrupt: (signal = 'SIGINT') => {
      for (const handler of [...handlers]) handler(signal);
    },
    exits,
  };
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this thread. */
export async function evenkeel(args: readonly string[], io: CapturedIo): Promise<Ran> {
  const code = await runCli(args, io);
  return { code, out: io.out(), err: io.err() };
}

/** A config of the reference engine in a few tokens; JSON, so that a test can change any key. */
export const smallConfig = {
  target: { kind: 'reference-engine', lanes: 2 },
  cases: 'cases.yaml',
  generation: { maxTokens: 2, scoreLastPositions: 4 },
  // Two cases decide nothing at the default bound: 0 of 2 still allows 78 %.
  policy: { maxFailureRate: 0.95 },
  perturbations: { repeat: {} },
  // The HTML file needs the built page, which a unit test has not.
  reporters: ['json'],
} as const;

/** The same without a model: a run takes milliseconds. */
export const nullConfig = {
  ...smallConfig,
  target: { kind: 'null' },
  perturbations: { repeat: { times: 3 }, 'prompt-order': {}, truncation: {} },
} as const;

const smallCases = `schemaVersion: 1
cases:
  - id: clinic
    parts:
      - { label: instruction, text: One visit as JSON. }
      - { label: rule, text: 'Rule: ward A or B.' }
      - { label: rule, text: 'Rule: days 1 to 9.' }
      - { label: query, text: 'Next:' }
  - id: parcels
    parts:
      - { label: instruction, text: One parcel as CSV. }
      - { label: rule, text: 'Rule: id rises.' }
      - { label: rule, text: 'Rule: no zero.' }
      - { label: query, text: 'Row of today:' }
`;

/**
 * @param files - by path; an object is written as JSON; the small case file is there unless it is replaced
 * @param folder - of the caller, who removes it; absent = one that is gone after the test
 */
export function projectFolder(
  files: Readonly<Record<string, unknown>> = { 'evenkeel.config.json': smallConfig },
  folder = temporaryFolder(),
): string {
  writeProject(folder, { 'cases.yaml': smallCases, ...files });
  return folder;
}

export function writeProject(folder: string, files: Readonly<Record<string, unknown>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
}

/** Every file below a folder, sorted. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
