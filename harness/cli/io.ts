/**
 * The process as the commands see it: passed in, so that a test can give another. Nothing else in the house prints.
 * @module
 */
import { systemClock, type Clock } from '../ports/index.ts';

export interface TextSink {
  write(text: string): void;
  readonly isTty: boolean;
  /** Width in characters. */
  readonly columns: number;
}

export interface CliIo {
  /** The asked result, and nothing else. */
  readonly stdout: TextSink;
  /** Everything else. */
  readonly stderr: TextSink;
  /** `--env-file` adds to it before a verb begins, so that a TypeScript config sees the same variables as the program. */
  readonly env: Record<string, string | undefined>;
  /** How much is told on stderr: set by `--quiet` and `--verbose` before a verb begins. */
  readonly telling: { level: 'quiet' | 'normal' | 'verbose' };
  readonly cwd: string;
  readonly clock: Clock;
  readonly runtime: { readonly node: string; readonly platform: string; readonly arch: string };
  /** Calls the handler at each Ctrl-C (SIGINT) and SIGTERM; returns how to stop listening. */
  onInterrupt(handler: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** Ends the process at once, without flushing: the second Ctrl-C. */
  exitNow(code: number): void;
}

const COLUMNS_DEFAULT = 80;
const COLUMNS_MIN = 20;

export function processIo(): CliIo {
  return {
    stdout: sink(process.stdout, process.env['EVENKEEL_FORCE_TTY']),
    stderr: sink(process.stderr, process.env['EVENKEEL_FORCE_TTY']),
    env: process.env,
    telling: { level: 'normal' },
    cwd: process.cwd(),
    clock: systemClock,
    runtime: { node: process.version, platform: process.platform, arch: process.arch },
    onInterrupt: (handler) => {
      process.on('SIGINT', handler);
      process.on('SIGTERM', handler);
      return () => {
        process.off('SIGINT', handler);
        process.off('SIGTERM', handler);
      };
    },
    exitNow: (code) => process.exit(code),
  };
}

/** For people, besides warnings and errors: not told with --quiet. */
export function note(io: Pick<CliIo, 'stderr' | 'telling'>, text: string): void {
  if (io.telling.level !== 'quiet') io.stderr.write(`${text}\n`);
}

/** Told with --verbose only. */
export function detail(io: Pick<CliIo, 'stderr' | 'telling'>, text: string): void {
  if (io.telling.level === 'verbose') io.stderr.write(`${text}\n`);
}

/** `0` or `false`: no terminal; `1` or `true`: a terminal; a larger number: one of so many columns; anything else: as it is. */
export function forcedTerminal(value: string | undefined): { readonly isTty?: boolean; readonly columns?: number } {
  if (value === '0' || value === 'false') return { isTty: false };
  if (value === '1' || value === 'true') return { isTty: true };
  const columns = /^\d{1,4}$/.test(value ?? '') ? Number(value) : 0;
  return columns >= COLUMNS_MIN ? { isTty: true, columns } : {};
}

function sink(stream: NodeJS.WriteStream, force: string | undefined): TextSink {
  const forced = forcedTerminal(force);
  // A reader that has left (`evenkeel list | head -1`) is no error of ours.
  stream.on('error', (error: Error) => {
    if (!('code' in error && error.code === 'EPIPE')) throw error;
  });
  return {
    write: (text) => void stream.write(text),
    get isTty() {
      return forced.isTty ?? stream.isTTY === true;
    },
    get columns() {
      return forced.columns ?? stream.columns ?? COLUMNS_DEFAULT;
    },
  };
}
