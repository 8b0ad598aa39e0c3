import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { builtMain, spawnCli } from '../support/built-cli.ts';
import { nullConfig, projectFolder } from '../support/command-line.ts';

describe('evenkeel view, built', () => {
  it('shows a run and its report, and ends at Ctrl-C with 130', async () => {
    const cwd = projectFolder({ 'evenkeel.config.json': nullConfig });
    await spawnCli(['run', '--run-id', 'one'], { cwd });
    const child = spawn(process.execPath, [builtMain(), 'view'], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const url = await new Promise<string>((resolve) =>
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        resolve(text.trim());
      }),
    );
    expect(await (await fetch(url)).text()).toContain('/runs/one/report.html');
    const report = await fetch(`${url}runs/one/report.html`);
    expect([report.status, (await report.text()).includes('id="view"')]).toEqual([200, true]);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });
});
