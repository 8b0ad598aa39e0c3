import { cpSync, mkdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createViewerApp } from '../../../../harness/cli/viewer/app.ts';
import { openRunsSource } from '../../../../harness/cli/viewer/source.ts';
import { createIo, evenkeel, nullConfig, projectFolder } from '../../../support/command-line.ts';

interface Viewer {
  readonly runs: string;
  readonly get: (
    url: string,
    headers?: Readonly<Record<string, string>>,
    method?: 'GET' | 'POST' | 'DELETE' | 'HEAD',
  ) => Promise<{ status: number; text: string; headers: Record<string, unknown> }>;
  readonly defects: unknown[];
}

/** Two runs of one plan, in a viewer without a socket. */
async function viewer(): Promise<Viewer> {
  const folder = projectFolder({ 'evenkeel.config.json': nullConfig });
  for (const [at, id] of ['one', 'two'].entries())
    await evenkeel(['run', '--run-id', id], createIo({ cwd: folder, startIso: `2026-11-24T0${at}:00:00.000Z` }));
  const runs = join(folder, '.evenkeel/runs');
  const defects: unknown[] = [];
  const app = createViewerApp({
    source: openRunsSource(runs, createIo({ cwd: folder })),
    onDefect: (error) => void defects.push(error),
  });
  onTestFinished(() => app.close());
  return {
    runs,
    defects,
    get: async (url, headers = { host: '127.0.0.1:7400' }, method = 'GET') => {
      const { statusCode, body, headers: answered } = await app.inject({ method, url, headers });
      return { status: statusCode, text: body, headers: answered };
    },
  };
}

describe('the viewer', () => {
  it('lists the runs, newest first, each with its verdict, target and size', async () => {
    const { get } = await viewer();
    const { status, text } = await get('/');
    expect(status).toBe(200);
    expect(text.indexOf('/runs/two/report.html')).toBeGreaterThan(0);
    expect(text.indexOf('/runs/two/report.html')).toBeLessThan(text.indexOf('/runs/one/report.html'));
    expect(text).toMatch(/2026-11-24 01:00.*?chip is-\w+.*?null.*?kB/s);
  });

  it('shows the report that `evenkeel report` writes for the run, under its own policy', async () => {
    const { get } = await viewer();
    const { status, text, headers } = await get('/runs/one/report.html');
    expect(status).toBe(200);
    expect(text).toContain('<script type="application/json" id="view">');
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'sha256-.*; frame-ancestors 'none'$/,
    );
    expect((await get('/runs/one/report.html')).text).toBe(text);
  });

  it('makes a report again when a file of the run has changed', async () => {
    const { get, runs } = await viewer();
    expect((await get('/runs/one/report.html')).status).toBe(200);
    writeFileSync(join(runs, 'one/units.jsonl'), 'damaged\n');
    utimesSync(join(runs, 'one/units.jsonl'), new Date(), new Date(0));
    const { status, text } = await get('/runs/one/report.html');
    expect([status, text]).toEqual([422, expect.stringContaining('one/units.jsonl, line 1: expected JSON')]);
    expect(text).not.toContain(runs);
  });

  it('compares two runs with the checks of `evenkeel compare`', async () => {
    const { get } = await viewer();
    const { status, text } = await get('/compare?base=one&head=two');
    expect(status).toBe(200);
    expect(text).toContain('Nothing: the target is the same.');
    expect(text).toMatch(/\d+ of \d+ checks against the base passed/);
    expect((await get('/compare?base=one')).status).toBe(400);
    expect((await get('/compare?base=one&base=two&head=two')).status).toBe(400);
    expect((await get('/compare?base=one&head=..%2Ftwo')).status).toBe(404);
  });

  it('shows the history of the runs', async () => {
    const { get } = await viewer();
    const { status, text } = await get('/history');
    expect(status).toBe(200);
    expect(text).toContain('class="trend"');
    expect(text).toContain('same plan, same target');
  });

  it('has no page outside its folder', async () => {
    const { get } = await viewer();
    const urls = [
      '/runs/..%2f..%2fetc%2fpasswd/report.html',
      '/runs/%2e%2e/report.html',
      '/runs/../../etc/passwd',
      '/runs/one%00/report.html',
      '/runs/latest/report.html',
      '/runs/ONE/report.html',
      '/runs/one/data/..%2fmanifest.json',
      '/%',
      '/nothing',
    ];
    for (const url of urls) {
      const { status, text } = await get(url);
      expect([url, [400, 404].includes(status)]).toEqual([url, true]);
      expect(text).not.toContain('root:');
      expect(text).toContain('<h1');
    }
  });

  it('opens no link, no broken record and no file without measure, and lists each with the reason', async () => {
    const { get, runs, defects } = await viewer();
    symlinkSync(join(runs, 'one'), join(runs, 'linked'));
    cpSync(join(runs, 'one'), join(runs, 'secret'), { recursive: true });
    rmSync(join(runs, 'secret/plan.json'));
    symlinkSync('/etc/passwd', join(runs, 'secret/plan.json'));
    for (const id of ['broken', 'huge']) mkdirSync(join(runs, id));
    writeFileSync(join(runs, 'broken/manifest.json'), '{"a"');
    writeFileSync(join(runs, 'huge/manifest.json'), '');
    truncateSync(join(runs, 'huge/manifest.json'), 2 ** 40);
    const { status, text } = await get('/');
    expect(status).toBe(200);
    expect(text).toContain('plan.json is a link or no file');
    expect(text).toContain('manifest.json has 1099511627776 bytes');
    expect(text).toContain('broken/manifest.json: expected JSON');
    expect(text).not.toMatch(/linked|root:/);
    expect((await get('/runs/linked/report.html')).status).toBe(404);
    for (const id of ['secret', 'broken', 'huge'])
      expect([id, (await get(`/runs/${id}/report.html`)).status]).toEqual([id, 422]);
    expect((await get('/history')).status).toBe(200);
    expect(defects).toEqual([]);
  });

  it('answers only a request that names this machine', async () => {
    const { get } = await viewer();
    const others = ['evil.example', 'evil.example:7400', '127.0.0.1.evil.example', 'localhost:7400:1', '10.0.0.1:7400'];
    for (const host of others) {
      const { status, text } = await get('/', { host });
      expect([host, status]).toEqual([host, 421]);
      expect(text).not.toContain('/runs/');
    }
    for (const host of ['127.0.0.1', 'localhost:7400', 'LOCALHOST:1'])
      expect([host, (await get('/', { host })).status]).toEqual([host, 200]);
  });

  it('takes nothing', async () => {
    const { get } = await viewer();
    for (const method of ['POST', 'DELETE'] as const) {
      const { status, headers } = await get('/', { host: 'localhost' }, method);
      expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    }
    expect((await get('/', { host: 'localhost' }, 'HEAD')).status).toBe(200);
  });

  it('sends every page with a policy that runs nothing and cannot be framed', async () => {
    const { get } = await viewer();
    for (const url of ['/', '/history', '/compare?base=one&head=two', '/nothing']) {
      const { headers, text } = await get(url);
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[^;]+; base-uri 'none'; form-action ('none'|'self'); frame-ancestors 'none'$/,
      );
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      });
      expect(text).not.toMatch(/<script|style="/);
    }
  });
});
