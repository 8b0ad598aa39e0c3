import { describe, expect, it } from 'vitest';
import { createIo, evenkeel, nullConfig, projectFolder, type CapturedIo } from '../../support/command-line.ts';

/** Shows until the test ends it; the URL is on stdout then. */
async function showing(args: readonly string[] = []): Promise<{ io: CapturedIo; url: string; ended: Promise<number> }> {
  let io!: CapturedIo;
  let ended!: Promise<number>;
  await new Promise<void>((resolve, reject) => {
    io = createIo({
      cwd: projectFolder({ 'evenkeel.config.json': nullConfig }),
      onErr: (text) => text.startsWith('Showing') && resolve(),
    });
    ended = evenkeel(['view', ...args], io).then(({ code, err }) => {
      reject(new Error(err));
      return code;
    });
  });
  return { io, url: io.out().trim(), ended };
}

describe('evenkeel view', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)('prints the URL alone, shows a folder without runs, and ends at %s with %i', async (signal, code) => {
    const { io, url, ended } = await showing();
    expect(io.out()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
    expect(await (await fetch(url)).text()).toContain('There is no run in this folder yet.');
    io.interrupt(signal);
    expect(await ended).toBe(code);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('says so when its port is taken', async () => {
    const { io, url, ended } = await showing();
    const second = createIo({ cwd: projectFolder({ 'evenkeel.config.json': nullConfig }) });
    const { code, err, out } = await evenkeel(['view', '--port', new URL(url).port], second);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining('expected a free port, got EADDRINUSE')]);
    io.interrupt();
    await ended;
  });
});
