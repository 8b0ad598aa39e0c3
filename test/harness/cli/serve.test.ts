import { describe, expect, it } from 'vitest';
import { PRECISION_MODES, PRESETS } from '../../../engine/index.ts';
import { createIo, evenkeel, projectFolder, smallConfig, type CapturedIo } from '../../support/command-line.ts';

/** Serves until the test ends it; gives the URL as soon as it is printed. */
async function serving(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ io: CapturedIo; url: string; ended: Promise<number> }> {
  let io!: CapturedIo;
  let ended!: Promise<number>;
  await new Promise<void>((resolve, reject) => {
    // the note on stderr comes after the URL on stdout
    io = createIo({ cwd: projectFolder({}), ...options, onErr: (text) => text.startsWith('Serving') && resolve() });
    ended = evenkeel(['serve', '--port', '0', ...args], io).then(({ code, err }) => {
      reject(new Error(err));
      return code;
    });
  });
  return { io, url: io.out().trim(), ended };
}

describe('evenkeel serve', () => {
  it('offers every preset and every precision of the engine', async () => {
    const { out } = await evenkeel(['serve', '--help'], createIo({ cwd: projectFolder({}) }));
    const choices = [...out.matchAll(/choices: ([^)]*)\)/g)].map(([, list]) =>
      list.replaceAll(/["\s]/g, '').split(','),
    );
    expect(choices).toEqual([[...PRESETS], [...PRECISION_MODES]]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)('prints the URL alone, serves, and ends at %s with %i', async (signal, code) => {
    const { io, url, ended } = await serving([]);
    expect(io.out()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    io.interrupt(signal);
    expect(await ended).toBe(code);
    await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
  });

  it('ends the process at once at the second signal', async () => {
    const { io, ended } = await serving([]);
    io.interrupt();
    io.interrupt();
    expect(io.exits).toEqual([130]);
    await ended;
  });

  it('never shows the key that it was given, in what way it was given', async () => {
    for (const [args, env] of [
      [['--api-key', 'sk-unit-secret'], {}],
      [[], { EVENKEEL_API_KEY: 'sk-unit-secret' }],
    ] as const) {
      const { io, url, ended } = await serving(args, { env });
      expect((await fetch(`${url}/v1/models`)).status).toBe(401);
      const info = await fetch(`${url}/server_info`, { headers: { authorization: 'Bearer sk-unit-secret' } });
      expect(info.status).toBe(200);
      expect((await info.text()) + io.out() + io.err()).not.toContain('unit-secret');
      io.interrupt();
      await ended;
    }
  });

  it('serves the target of the config file, and another kind of target not at all', async () => {
    const target = { kind: 'reference-engine', precision: 'f32-kvq', maxBatch: 5 };
    const cwd = projectFolder({ 'evenkeel.config.json': { ...smallConfig, target } });
    const { io, url, ended } = await serving(['--max-batch', '3'], { cwd });
    const { engine } = (await (await fetch(`${url}/server_info`)).json()) as { engine: Record<string, string> };
    expect(engine).toMatchObject({ precision: 'f32-kvq', maxBatch: '3', prefixCache: 'sha256-chain', fault: 'none' });
    io.interrupt();
    await ended;
    const none = createIo({
      cwd: projectFolder({ 'evenkeel.config.json': { ...smallConfig, target: { kind: 'null' } } }),
    });
    const refused = await evenkeel(['serve', '--port', '0'], none);
    expect([refused.code, refused.err.includes('--no-config')]).toEqual([2, true]);
  });

  it.each([
    [['--host', '0.0.0.0'], 'SERVE_UNAUTHENTICATED', '--allow-unauthenticated'],
    [['--host', 'nowhere.invalid', '--allow-unauthenticated'], 'SERVE_CANNOT_LISTEN', '--port 0'],
    [['--checkpoint', 'nothing-here'], 'CHECKPOINT_INVALID', '--checkpoint'],
    [['--seed', 'a', '--checkpoint', 'b'], 'FLAG_CONFLICT', '--seed'],
    [['--draft-tokens', '2', '--preset', 'v4-tiny', '--max-batch', '0'], 'usage', '1..256'],
    [['--preset', 'v5'], 'usage', 'v4-tiny'],
  ])('refuses %j', async (args, code, text) => {
    const {
      code: exit,
      out,
      err,
    } = await evenkeel(['serve', '--port', '0', ...args], createIo({ cwd: projectFolder({}) }));
    expect([exit, out]).toEqual([code === 'CHECKPOINT_INVALID' ? 3 : 2, '']);
    expect(err).toContain(text);
  });
});
