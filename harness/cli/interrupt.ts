/**
 * Ctrl-C and SIGTERM for a verb that serves until it is told to stop.
 * @module
 */
import { EXIT } from './exit-code.ts';
import type { CliIo } from './io.ts';

/** The first signal asks the server to stop, the second ends the process. */
export function listenForInterrupt(io: Pick<CliIo, 'onInterrupt' | 'exitNow'>): {
  readonly given: Promise<'SIGINT' | 'SIGTERM'>;
  readonly stop: () => void;
} {
  let stop = (): void => undefined;
  const given = new Promise<'SIGINT' | 'SIGTERM'>((resolve) => {
    let asked = false;
    stop = io.onInterrupt((signal) => {
      if (asked) io.exitNow(EXIT.interrupted);
      asked = true;
      resolve(signal);
    });
  });
  return { given, stop: () => stop() };
}
