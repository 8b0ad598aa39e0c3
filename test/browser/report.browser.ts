/// <reference lib="dom" />
// The functions given to page.evaluate run in the page.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../reports/index.ts';
import { CHROMIUM, FLAGS, installed, watchPage } from '../support/chromium.ts';
import { failingFindings, passingFindings, viewOf } from '../support/run-fixture.ts';

describe.skipIf(!installed)('the HTML report in Chromium', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-browser-'));
  const problems: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    writeFileSync(join(folder, 'fail.html'), renderHtml(viewOf(failingFindings())));
    writeFileSync(join(folder, 'pass.html'), renderHtml(viewOf(passingFindings())));
  });
  afterAll(() => browser.close());

  const open = async (name: string, width = 1280, hash = ''): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    problems.length = 0;
    watchPage(page, problems);
    await page.goto(`file://${join(folder, name)}${hash}`);
    await page.waitForSelector('main');
    return page;
  };

  it.each(['pass.html', 'fail.html'])('%s opens from disk without an error and without a request', async (name) => {
    const page = await open(name);
    await page.waitForTimeout(200);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('shows verdict, the sentence and the three reports on the first screen', async () => {
    const page = await open('fail.html');
    expect(await page.locator('h1').innerText()).toContain('FAIL');
    expect(await page.locator('.sentence').innerText()).toContain('batch-size/ragged');
    for (const card of await page.locator('.card').all()) {
      const box = await card.boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(900);
    }
    await page.close();
  });

  it('shows a hostile answer as text', async () => {
    const page = await open('fail.html');
    const texts = await page.locator('.pair pre').allTextContents();
    expect(texts.join('')).toContain('</script><img src=x onerror=alert(1)>');
    expect(await page.locator('img').count()).toBe(0);
    await page.close();
  });

  it('draws every figure', async () => {
    const page = await open('fail.html');
    const blank = await page.evaluate(
      () =>
        [...document.querySelectorAll('canvas')].filter((canvas) => {
          const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
          return !pixels.some((value) => value !== 0);
        }).length,
    );
    expect(await page.locator('canvas').count()).toBeGreaterThan(0);
    expect(blank).toBe(0);
    await page.close();
  });

  it('gives every table as CSV and JSON, without a cell that a spreadsheet would run', async () => {
    const page = await open('fail.html');
    const textOf = async (name: string, kind: string): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `Download ${name} as ${kind}` }).click(),
      ]);
      return readFileSync(await download.path(), 'utf8');
    };
    const objects = JSON.parse(await textOf('drift-rows', 'JSON')) as Record<string, string>[];
    const rows = viewOf(failingFindings()).sections[1].table.groups.flatMap((group) => group.rows);
    expect(objects.map((row) => row['Mean KL'])).toEqual(rows.map((row) => row.cells[2].text));
    const csv = await textOf('determinism-rows', 'CSV');
    expect(csv.split('\r\n')[0]).toBe(
      'Group,Outcome,Axis,Level,"Level, detail",Bits equal,Tokens,Text,Distinct outputs,First diverging token,"First diverging token, detail",Max |Δ logprob|,May still fail,Notes',
    );
    const frames = await page.locator('.table-frame').count();
    expect(await page.locator('.downloads').count()).toBe(frames);
    await page.close();
  });

  it('shows grids as tables that say what each number is', async () => {
    const page = await open('fail.html');
    const cell = page.locator('#divergence-map td:not(.absent)');
    expect(await cell.count()).toBe(1);
    expect(await cell.getAttribute('title')).toContain('1 pair of 24 at position 1');
    await page.close();
  });

  it.each([1280, 400])('does not scroll sideways at %i pixels', async (width) => {
    const page = await open('fail.html', width);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.close();
  });

  it('opens at the row that a link names', async () => {
    const [row] = viewOf(failingFindings()).sections[1].table.groups.flatMap((group) => group.rows);
    const page = await open('fail.html', 1280, `#${row.id}`);
    await page.waitForTimeout(600);
    expect(await page.locator(`[id="${row.id}"]`).isVisible()).toBe(true);
    expect((await page.locator(`[id="${row.id}"]`).boundingBox())?.y).toBeLessThan(900);
    await page.close();
  });
});
