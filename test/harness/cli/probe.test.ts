import { describe, expect, it } from 'vitest';
import { targetDescription } from '../../../harness/schema/index.ts';
import { createIo, evenkeel, projectFolder, smallConfig } from '../../support/command-line.ts';
import { startVllmServer } from '../../support/servers/vllm-server.ts';

describe('evenkeel probe', () => {
  it('prints a table that fits 80 columns, without a config', async () => {
    const server = await startVllmServer();
    const io = createIo({ cwd: projectFolder({}), env: { OPENAI_API_KEY: 'sk-planted-secret' } });
    const { code, out } = await evenkeel(['probe', server.baseUrl], { ...io, stdout: { ...io.stdout, columns: 80 } });
    expect(code).toBe(0);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(out).toMatch(/^prompt-score +yes +\d+ prompt tokens scored/m);
    expect(out).not.toMatch(/planted/);
    expect(server.generations()[0].headers.authorization).toBe('Bearer sk-planted-secret');
  });

  it('prints the description as JSON, for the server of the config', async () => {
    const server = await startVllmServer();
    const config = { ...smallConfig, target: { kind: 'openai-completions', baseUrl: server.baseUrl } };
    const io = createIo({ cwd: projectFolder({ 'evenkeel.config.json': config }) });
    const { code, out } = await evenkeel(['probe', '--json'], io);
    expect(code).toBe(0);
    expect(targetDescription.parse(JSON.parse(out)).endpoint?.dialect).toBe('vllm');
  });

  it('says what to do when nobody answers (3), and when the target is no server (2)', async () => {
    const server = await startVllmServer();
    await server.close();
    const gone = await evenkeel(['probe', server.baseUrl], createIo({ cwd: projectFolder({}) }));
    expect(gone).toMatchObject({ code: 3 });
    expect(gone.err).toMatch(/expected a server that answers/);
    const engine = await evenkeel(['probe'], createIo({ cwd: projectFolder() }));
    expect(engine).toMatchObject({ code: 2 });
    expect(engine.err).toMatch(/evenkeel probe http:/);
  });
});
