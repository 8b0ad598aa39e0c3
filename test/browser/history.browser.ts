/// <reference lib="dom" />
// The functions given to page.evaluate run in the page.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildHistory, renderHistoryHtml } from '../../reports/index.ts';
import { CHROMIUM, FLAGS, installed, watchPage } from '../support/chromium.ts';
import { HOSTILE } from '../support/run-fixture.ts';
import { otherPlan, otherTarget, storedRun, unusableRun, withKl } from '../support/stored-runs.ts';

describe.skipIf(!installed)('the history page in Chromium', () => {
  let browser: Browser;
  const path = join(mkdtempSync(join(tmpdir(), 'evenkeel-history-')), 'history.html');

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    const runs = [
      storedRun(1),
      storedRun(2, { ...withKl(0.02), manifest: otherTarget(HOSTILE) }),
      unusableRun('broken', HOSTILE),
      storedRun(4, { ...withKl(0.03), manifest: otherPlan }),
    ];
    writeFileSync(path, renderHistoryHtml(buildHistory(runs, { boundOf: () => ({ kind: 'max', value: 0.05 }) })));
  });
  afterAll(() => browser.close());

  it.each([1280, 400])(
    'opens from disk without an error, a request or sideways scrolling at %i pixels',
    async (width) => {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      const problems: string[] = [];
      watchPage(page, problems);
      await page.goto(`file://${path}`);
      await page.waitForSelector('svg.trend');
      expect(problems).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await page.locator('img, script').count()).toBe(0);
      expect(await page.locator('td.why').allInnerTexts()).toEqual(
        expect.arrayContaining([expect.stringContaining('<img src=x onerror=alert(1)>')]),
      );
      await page.close();
    },
  );

  it('draws points inside their figure and styles them, under a policy that allows no inline style', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`file://${path}`);
    const outside = await page.evaluate(
      () =>
        [...document.querySelectorAll('svg.trend')].filter((svg) => {
          const frame = svg.getBoundingClientRect();
          return [...svg.querySelectorAll('circle')].some((dot) => {
            const { top, bottom, left, right } = dot.getBoundingClientRect();
            return top < frame.top || bottom > frame.bottom || left < frame.left || right > frame.right;
          });
        }).length,
    );
    expect(outside).toBe(0);
    const dashes = await page
      .locator('line.join.changed')
      .first()
      .evaluate((line) => getComputedStyle(line).strokeDasharray);
    expect(dashes).not.toBe('none');
    await page.close();
  });
});
