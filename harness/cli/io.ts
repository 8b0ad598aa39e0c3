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
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly runtime: { readonly node: string; readonly platform: string; readonly arch: string };
  /** Calls the handler at each Ctrl-C (SIGINT) and SIGTERM; returns how to stop listening. */
  onInterrupt(handler: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** Ends the process at once, without flushing: the second Ctrl-C. */
  exitNow(code: number): void;
}

const COLUMNS_DEFAULT = 80;

export function processIo(): CliIo {
  return {
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    env: process.env,
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

function sink(stream: NodeJS.WriteStream): TextSink {
  // A reader that has left (`evenkeel list | head -1`) is no error of ours.
  stream.on('error', (error: Error) => {
    if (!('code' in error && error.code === 'EPIPE')) throw error;
  });
  return {
    write: (text) => void stream.write(text),
    get isTty() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns ?? COLUMNS_DEFAULT;
    },
  };
}
