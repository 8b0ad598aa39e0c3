/// <reference lib="dom" />
// The functions given to page.evaluate run in the page.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../reports/index.ts';
import { CHROMIUM, FLAGS, installed } from '../support/chromium.ts';
import { packExplorerRun, unitId } from '../support/explorer-run.ts';
import { failingFindings, viewOf } from '../support/run-fixture.ts';

/** With an opened unit of the explorer: everything that the page can show is there. */
const OPENED = `#unit=${unitId(57)}&level=size-8-ragged`;

describe.skipIf(!installed)('the HTML report is for every reader and every paper', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-reading-'));

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    writeFileSync(join(folder, 'report.html'), renderHtml(viewOf(failingFindings()), packExplorerRun(300)));
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (colorScheme: 'light' | 'dark', width = 1280): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    await page.goto(`file://${join(folder, 'report.html')}${OPENED}`);
    await page.waitForSelector('.unit-pair');
    return page;
  };

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 400],
  ] as const)(
    'keeps the rules of axe in the %s scheme at %i pixels, with everything unfolded',
    async (scheme, width) => {
      const page = await open(scheme, width);
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
      });
      await page.evaluate(axe.source);
      const { violations, passes } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
      expect(
        violations.flatMap(({ id, nodes }) =>
          nodes.map(({ target, failureSummary }) => ({ id, target, failureSummary })),
        ),
      ).toEqual([]);
      expect(passes.map(({ id }) => id)).toContain('color-contrast');
      await page.close();
    },
  );

  it('keeps them in the help too', async () => {
    const page = await open('light');
    await page.keyboard.press('?');
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() =>
      (window as unknown as { axe: typeof axe }).axe.run('.help-dialog'),
    );
    expect(violations.map(({ id }) => id)).toEqual([]);
    await page.close();
  });

  it('prints without what only a screen can do, and with dark ink', async () => {
    const page = await open('dark');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    for (const control of [
      'nav',
      '.explorer-tools',
      '.unit-chips',
      '.unit-list',
      '.unit-buttons',
      '.copy',
      '.downloads',
    ])
      expect(await page.locator(control).first().isVisible(), control).toBe(false);
    expect(await page.locator('.print-note').isVisible()).toBe(true);
    expect(await page.locator('.unit-detail').isVisible()).toBe(true);
    const ink = await page.evaluate(() => getComputedStyle(document.body).color);
    expect(Math.max(...(ink.match(/\d+/g) ?? []).map(Number))).toBeLessThan(80);
    await page.close();
  });

  it('makes a PDF of several pages', async () => {
    const page = await open('light');
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    expect(pdf.startsWith('%PDF-')).toBe(true);
    expect(pdf.match(/\/Type\s*\/Page[^s]/g)?.length).toBeGreaterThan(1);
    await page.close();
  });
});
