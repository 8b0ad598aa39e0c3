/**
 * `evenkeel view`: the stored runs in a browser of this machine. It listens on 127.0.0.1 alone, and reads only.
 * @module
 */
import type { Command } from 'commander';
import { ConfigError } from '../ports/index.ts';
import { EXIT } from './exit-code.ts';
import { runsDirectoryOf } from './find-run.ts';
import { configFlag, wholeNumber } from './flags.ts';
import { note, type CliIo } from './io.ts';
import { listenForInterrupt } from './interrupt.ts';

const HOST = '127.0.0.1';

interface ViewFlags {
  readonly config?: string;
  readonly port: number;
}

const EXAMPLES = `
Examples:
  evenkeel view               on a free port; the URL is printed on stdout
  evenkeel view --port 7400

Runs, their reports, comparisons of two of them, and their history. Only this machine
reaches it, it changes nothing, and Ctrl-C ends it.`;

export function addViewVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  program
    .command('view')
    .description('show the stored runs in a browser of this machine')
    .addOption(configFlag())
    .option('--port <port>', 'port on 127.0.0.1; 0 = a free one', wholeNumber(0, 65_535), 0)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ViewFlags) => {
      setExitCode(await viewVerb(flags, io));
    });
}

/** @returns the exit code */
async function viewVerb({ config, port }: ViewFlags, io: CliIo): Promise<number> {
  const interrupt = listenForInterrupt(io);
  try {
    const runsDirectory = await runsDirectoryOf(config, io);
    // loaded here, so that no other verb waits for an HTTP server
    const { createViewerApp } = await import('./viewer/app.ts');
    const { openRunsSource } = await import('./viewer/source.ts');
    const app = createViewerApp({
      source: openRunsSource(runsDirectory, io),
      onDefect: (error) => {
        io.stderr.write(
          `error: the viewer has failed on a page\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
        );
      },
    });
    try {
      io.stdout.write(`${await app.listen({ host: HOST, port })}/\n`);
    } catch (error) {
      const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
      throw new ConfigError({
        code: 'VIEW_CANNOT_LISTEN',
        at: `--port ${port}`,
        expected: 'a free port',
        got: typeof code === 'string' ? code : String(error),
        hint: '--port 0 takes any free port.',
        cause: error,
      });
    }
    note(io, `Showing ${runsDirectory}. Ctrl-C ends it.`);
    const signal = await interrupt.given;
    await app.close();
    return signal === 'SIGTERM' ? EXIT.pass : EXIT.interrupted;
  } finally {
    interrupt.stop();
  }
}
