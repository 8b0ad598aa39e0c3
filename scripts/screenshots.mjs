/**
 * Pictures of the three reports of the repository's own run, into docs/: the first screen, each report's section, and the units with one
 * of them opened.
 *
 * `node scripts/screenshots.mjs [run]`: a run folder; without one the latest in .evenkeel/runs. Needs Chromium (EVENKEEL_CHROMIUM, or Debian's).
 * @module
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const executablePath = process.env['EVENKEEL_CHROMIUM'] ?? '/usr/bin/chromium';

/** What is shown of each report: its head, its figures, and no more than this. */
const HEIGHT_MAX = 2400;
const WIDTH = 1280;

function latestRun() {
  const runs = join(root, '.evenkeel/runs');
  const names = existsSync(runs) ? readdirSync(runs).sort() : [];
  const found = names.findLast((name) => existsSync(join(runs, name, 'report.html')));
  if (found === undefined) throw new Error(`${runs} holds no run with a report.html; make one first: npm start`);
  return join(runs, found);
}

const report = join(resolve(process.argv[2] ?? latestRun()), 'report.html');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 1180 } });
  await page.goto(pathToFileURL(report).href);
  await page.waitForSelector('main');
  // charts draw in a microtask, fonts and layout a little later
  await page.waitForTimeout(800);
  const shoot = async (name, clip) => {
    const path = join(root, 'docs', name);
    await page.screenshot({ path, fullPage: true, clip });
    console.log(path);
  };
  await shoot('report.png', { x: 0, y: 0, width: WIDTH, height: 1180 });
  for (const id of ['determinism', 'drift', 'leakage']) {
    const box = await page.locator(`#${id}`).boundingBox();
    if (box === null) throw new Error(`${report} has no section "${id}"`);
    const margin = 16;
    const clip = {
      x: 0,
      y: Math.max(0, box.y - margin),
      width: WIDTH,
      height: Math.min(HEIGHT_MAX, box.height + 2 * margin),
    };
    await shoot(`report-${id}.png`, clip);
  }

  // the units of the coarsest arithmetic, the second one opened by the keys of the page
  const units = await browser.newPage({ viewport: { width: WIDTH, height: 900 } });
  await units.goto(`${pathToFileURL(report).href}#filter=${encodeURIComponent('level:bf16 status:differs')}`);
  await units.waitForSelector('#explorer [role="listbox"], #explorer .unit-search');
  await units.locator('#explorer .unit-search').focus();
  await units.keyboard.press('Escape');
  for (const key of ['j', 'j', 'Enter']) await units.keyboard.press(key);
  await units.waitForSelector('.unit-detail .unit-body pre, .unit-detail table', { timeout: 10_000 });
  await units.waitForTimeout(500);
  const explorer = await units.locator('#explorer').boundingBox();
  if (explorer === null) throw new Error(`${report} has no units`);
  // a box is measured from the window, which the filter has scrolled
  const scrolled = await units.evaluate('scrollY');
  const path = join(root, 'docs/report-units.png');
  await units.screenshot({
    path,
    fullPage: true,
    clip: { x: 0, y: explorer.y + scrolled - 16, width: WIDTH, height: Math.min(1500, explorer.height) },
  });
  console.log(path);
} finally {
  await browser.close();
}
