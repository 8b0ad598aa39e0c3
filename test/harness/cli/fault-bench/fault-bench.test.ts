import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../../harness/cli/exit-code.ts';
import { runCli } from '../../../../harness/cli/index.ts';
import { faultBench } from '../../../../harness/schema/index.ts';
import { createIo } from '../../../support/command-line.ts';
import { temporaryFolder } from '../../../support/run-records.ts';

describe('evenkeel fault-bench', () => {
  it('finds a fault, prints the result as JSON, and writes it with its figure and its page', async () => {
    const cwd = temporaryFolder();
    const io = createIo({ cwd });
    const args = ['fault-bench', '--filter', 'F25', '--seeds', '1', '--json', '--output-dir', 'out'];
    expect(await runCli(args, io)).toBe(EXIT.pass);
    expect(faultBench.parse(JSON.parse(io.out())).faults).toMatchObject([{ id: 'F25', detected: 1, localised: 1 }]);
    for (const file of ['fault-bench.json', 'fault-bench.svg', 'fault-bench.html'])
      expect(existsSync(join(cwd, 'out', file))).toBe(true);
  }, 120_000);

  it('refuses a fault that does not run, with the names of those that do', async () => {
    const io = createIo({ cwd: temporaryFolder() });
    expect(await runCli(['fault-bench', '--filter', 'F99'], io)).toBe(EXIT.usage);
    expect(io.err()).toMatch(/F99/);
  });

  it.each([
    ['F33', /F33 does not run: seam missing/],
    ['B15', /B15 does not run: the engine repeats itself/],
  ])('refuses %s with the reason why it does not run: nothing that ran is no pass', async (id, why) => {
    const io = createIo({ cwd: temporaryFolder() });
    expect(await runCli(['fault-bench', '--filter', id], io)).toBe(EXIT.usage);
    expect(io.err()).toMatch(why);
  });
});
