import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { publish, two } from '../support/bench.ts';

/**
 * What the harness itself costs: runs of the null target, which answers at once. Each is a process of the built program, so that its peak
 * memory is its own. CPU time and not wall time: a unit waits for the disk (one fsync), and how long is a matter of the disk.
 */
const MAIN = fileURLToPath(new URL('../../dist/harness/cli/main.js', import.meta.url));
const UNITS = (process.env['EVENKEEL_BENCH_UNITS'] ?? '1000 10000 100000').split(' ').map(Number);
const SAY = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => { const { user, system } = process.cpuUsage();
   process.stderr.write('COST ' + (user + system) / 1e6 + ' ' + process.resourceUsage().maxRSS / 1024 + '\\n'); });`,
)}`;

interface Cost {
  readonly cpuSeconds: number;
  readonly rssMiB: number;
}

function costOf(args: readonly string[], cwd: string): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', SAY, MAIN, ...args], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', () => {
      const said = /COST ([\d.]+) ([\d.]+)/.exec(err);
      if (said === null) reject(new Error(err));
      else resolve({ cpuSeconds: Number(said[1]), rssMiB: Number(said[2]) });
    });
  });
}

it('the harness by itself: CPU time and memory by the number of units', async () => {
  const rows: string[][] = [];
  for (const units of UNITS) {
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
    try {
      const cases = Array.from({ length: units }, (_, at) => ({
        id: `case-${at}`,
        parts: [
          { label: 'instruction', text: 'Answer in one line.' },
          { label: 'query', text: `Question ${at}: what is ${at} times seven?` },
        ],
      }));
      writeFileSync(join(folder, 'cases.json'), JSON.stringify({ schemaVersion: 1, cases }));
      const target = { kind: 'null', logits: false, lanes: 4 };
      const generation = { maxTokens: 4, scoreLastPositions: 0 };
      const config = { target, cases: 'cases.json', generation, perturbations: { repeat: {} }, reporters: ['json'] };
      writeFileSync(join(folder, 'evenkeel.config.json'), JSON.stringify(config));
      const run = await costOf(['run', '--run-id', 'one', '--no-progress'], folder);
      const report = await costOf(['report', 'one'], folder);
      rows.push([
        String(units),
        two(run.cpuSeconds),
        two((run.cpuSeconds * 1000) / units),
        two(run.rssMiB),
        two(report.cpuSeconds),
        two(report.rssMiB),
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  publish(
    'harness',
    'Runs of the null target without logits, two requests a unit: CPU time and peak memory of the process',
    ['units', 'run, CPU s', 'CPU ms per unit', 'run, MiB', 'report, CPU s', 'report, MiB'],
    rows,
  );
  expect(rows).toHaveLength(UNITS.length);
});
