import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../harness/ports/index.ts';
import { nullConfig, projectFolder } from '../support/command-line.ts';

const MAIN = process.env['EVENKEEL_CLI'] ?? fileURLToPath(new URL('../../dist/harness/cli/main.js', import.meta.url));
/** Each is the start of a process, about a second of CPU time; for a longer look: EVENKEEL_KILLS=2000. */
const KILLS = Number(process.env['EVENKEEL_KILLS'] ?? 120);

/** The making of the run folder; every third kill is among these. */
const FIRST_CALLS = 24;

/**
 * Kills the process at the n-th call that changes a file of the runs directory: before it, after it, or in the middle of its write.
 * Each call is counted by itself, so that every moment between two of them can be met, and met again.
 */
const KILLER = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const [at, part] = process.env.EVENKEEL_TEST_KILL.split(' ').map(Number);
const files = new Set();
let calls = 0;
const die = () => { process.kill(process.pid, 'SIGKILL'); for (;;); };
for (const name of ['mkdirSync', 'openSync', 'writeFileSync', 'writeSync', 'fsyncSync', 'closeSync', 'renameSync', 'linkSync', 'rmSync', 'ftruncateSync']) {
  const real = fs[name];
  fs[name] = (...args) => {
    const ours = typeof args[0] === 'number' ? files.has(args[0]) : String(args[0]).includes('.evenkeel');
    const hit = ours && ++calls === at;
    if (hit && name === 'writeSync') real(args[0], args[1], args[2] ?? 0, Math.floor((args[3] ?? args[1].length) * part));
    if (hit && (name === 'writeSync' || part < 0.5)) die();
    const result = real(...args);
    if (ours && name === 'openSync') files.add(result);
    if (ours && name === 'closeSync') files.delete(args[0]);
    if (hit) die();
    return result;
  };
}
syncBuiltinESMExports();
process.on('exit', () => process.stderr.write('file calls: ' + calls + '\\n'));
`;
const IMPORT = `data:text/javascript,${encodeURIComponent(KILLER)}`;

interface Ended {
  readonly killed: boolean;
  readonly code: number | null;
  readonly err: string;
}

function runKilled(args: readonly string[], cwd: string, kill: { at: number; part: number }): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, EVENKEEL_TEST_KILL: `${kill.at} ${kill.part}` };
    const child = spawn(process.execPath, ['--import', IMPORT, MAIN, ...args], {
      cwd,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ killed: signal === 'SIGKILL', code, err }));
  });
}

const textOf = (folder: string, run: string, file: string): string =>
  readFileSync(join(folder, '.evenkeel/runs', run, file), 'utf8');
const measured = (folder: string, run: string): string[] =>
  textOf(folder, run, 'units.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { unitId, status, levels } = JSON.parse(line) as Record<string, unknown>;
      return JSON.stringify({ unitId, status, levels });
    })
    .sort();

describe('a run that is killed', () => {
  it(`at any of ${KILLS} moments loses at most the units in flight; resumed, its verdict is the same byte for byte`, async () => {
    // One lane that fails now and then, so that kills also meet waits and second attempts.
    const target = { kind: 'null', lanes: 2, errorRate: 0.05 };
    const folder = projectFolder({ 'evenkeel.config.json': { ...nullConfig, target } });
    const whole = await runKilled(['run', '--run-id', 'whole', '--no-progress'], folder, { at: 0, part: 0 });
    expect(whole).toMatchObject({ killed: false, code: 0 });
    const calls = Number(/file calls: (\d+)/.exec(whole.err)?.[1]);
    expect(calls).toBeGreaterThan(100);

    // Two chains side by side: the work of each is mostly the start of processes.
    const chain = async (name: string, kills: number): Promise<Record<string, number>> => {
      const rng = createRng(`killed-run/${name}`);
      const seen: Record<string, number> = { begun: 0, 'not begun': 0, 'all units done': 0, whole: 0 };
      for (let done = 0, round = 0; done < kills; round++) {
        const run = `${name}-${round}`;
        let resume = false;
        let linesBefore = 0;
        for (;;) {
          const args = resume ? ['run', '--resume', run] : ['run', '--run-id', run];
          const at = done < kills ? 1 + rng.integer(rng.integer(3) === 0 ? FIRST_CALLS : calls) : 0;
          const ended = await runKilled([...args, '--no-progress'], folder, { at, part: rng.next() });
          const place = join(folder, '.evenkeel/runs', run);
          const files = existsSync(place) ? readdirSync(place) : [];
          if (!ended.killed) {
            expect(ended.code, `${args.join(' ')} after a kill: ${ended.err}`).toBe(0);
            break;
          }
          done++;
          resume = files.includes('manifest.json');
          const log = files.includes('units.jsonl') ? textOf(folder, run, 'units.jsonl') : '';
          const lines = log.split('\n').length - 1;
          // What was finished stays finished.
          expect(lines).toBeGreaterThanOrEqual(linesBefore);
          linesBefore = lines;
          seen[!resume ? 'not begun' : lines < 6 ? 'begun' : 'all units done']++;
        }
        for (const file of ['findings.json', 'verdict.json'])
          expect(textOf(folder, run, file), `${run}/${file}`).toBe(textOf(folder, 'whole', file));
        expect(measured(folder, run)).toEqual(measured(folder, 'whole'));
        seen['whole']++;
      }
      return seen;
    };
    const half = Math.ceil(KILLS / 2);
    const totals = await Promise.all([chain('a', half), chain('b', half)]);
    for (const what of Object.keys(totals[0])) expect(totals[0][what] + totals[1][what], what).toBeGreaterThan(0);
  }, 1_800_000);
});
