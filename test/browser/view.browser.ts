import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createViewerApp } from '../../harness/cli/viewer/app.ts';
import { openRunsSource } from '../../harness/cli/viewer/source.ts';
import { CHROMIUM, FLAGS, installed } from '../support/chromium.ts';
import { createIo, evenkeel, nullConfig, projectFolder } from '../support/command-line.ts';

describe.skipIf(!installed)('the viewer in Chromium', () => {
  let browser: Browser;
  let url = '';
  let close: () => Promise<void> = () => Promise.resolve();
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    const cwd = mkdtempSync(join(tmpdir(), 'evenkeel-view-'));
    projectFolder({ 'evenkeel.config.json': nullConfig }, cwd);
    for (const [at, id] of ['one', 'two'].entries())
      await evenkeel(['run', '--run-id', id], createIo({ cwd, startIso: `2026-11-24T0${at}:00:00.000Z` }));
    const runs = join(cwd, '.evenkeel/runs');
    mkdirSync(join(runs, 'broken'));
    writeFileSync(join(runs, 'broken/manifest.json'), '<img src=x onerror=alert(1)>');
    const app = createViewerApp({
      source: openRunsSource(runs, createIo({ cwd })),
      onDefect: (error) => void problems.push(String(error)),
    });
    url = await app.listen({ host: '127.0.0.1', port: 0 });
    close = () => app.close();
  });
  afterAll(async () => {
    await browser.close();
    await close();
  });

  const open = async (path: string, width = 1280): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.on('console', (message) => problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) problems.push(request.url());
    });
    await page.goto(`${url}${path}`);
    return page;
  };

  it('goes from the list to a comparison, a report and the history, without an error and without another host', async () => {
    const page = await open('/');
    expect(await page.locator('tbody tr').count()).toBe(3);
    expect(await page.locator('img').count()).toBe(0);
    await page.getByRole('button', { name: 'Compare base and head' }).click();
    expect(new URL(page.url()).pathname).toBe('/compare');
    expect(await page.locator('.sides').innerText()).toMatch(/base\s+one\s+head\s+two/);
    await page.getByRole('link', { name: 'two', exact: true }).click();
    await page.waitForSelector('.banner');
    await page.goto(`${url}/history`);
    await page.waitForSelector('svg.trend');
    // Chromium asks for an icon by itself, and gets an error page
    expect(problems.filter((text) => !text.includes('favicon') && !text.includes('404'))).toEqual([]);
    await page.close();
  });

  it.each([1280, 400])('has a list that does not scroll the page sideways at %i pixels', async (width) => {
    const page = await open('/', width);
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(width);
    await page.close();
  });
});
