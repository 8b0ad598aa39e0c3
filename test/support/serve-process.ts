/**
 * `evenkeel serve` as a process of the built program, on a free port, and how it ended.
 * @module
 */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { builtMain } from './built-cli.ts';

export interface ServeProcess {
  /** What it printed on stdout: one line. */
  readonly url: string;
  readonly err: () => string;
  readonly out: () => string;
  /** @returns the exit code */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>;
  readonly ended: Promise<number | null>;
}

export async function startServe(
  args: readonly string[] = [],
  { env = {}, cwd = tmpdir() }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<ServeProcess> {
  const child = spawn(process.execPath, [builtMain(), 'serve', '--port', '0', ...args], {
    cwd,
    env: { ...process.env, EVENKEEL_API_KEY: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.includes('\n')) resolve();
    });
    child.on('error', reject);
    void ended.then((code) => reject(new Error(`evenkeel serve ended with ${code}: ${err}`)));
  });
  return {
    url: out.trim(),
    out: () => out,
    err: () => err,
    ended,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
