/**
 * The built command line as a process, for the e2e tests. Build first: `npm run build`.
 *
 * EVENKEEL_CLI names another main.js, for example that of a packed and installed package.
 * @module
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = process.env['EVENKEEL_CLI'] ?? fileURLToPath(new URL('../../dist/harness/cli/main.js', import.meta.url));

export interface Exited {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface SpawnOptions {
  readonly cwd: string;
  /** The signal is sent once, when this is seen on stderr. */
  readonly interruptAt?: RegExp;
  readonly signal?: 'SIGINT' | 'SIGKILL';
}

/** Path of the built program. */
export function builtMain(): string {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} does not exist: run \`npm run build\` first`);
  return MAIN;
}

export function spawnCli(
  args: readonly string[],
  { cwd, interruptAt, signal = 'SIGINT' }: SpawnOptions,
): Promise<Exited> {
  const main = builtMain();
  const { NO_COLOR: _noColour, FORCE_COLOR: _forceColour, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    let interrupted = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      if (interruptAt === undefined || interrupted || !interruptAt.test(err)) return;
      interrupted = true;
      child.kill(signal);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
