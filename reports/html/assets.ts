/**
 * What the page inlines: Chart.js and the page's own script, as text.
 *
 * The page's modules are compiled by tsc and joined here in a fixed order without their imports, so that the result is one script
 * that needs no loader: a report opens from file:// and offline.
 * @module
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Leaves first: each file uses only those before it. */
const PAGE_FILES = [
  '../../spreadsheet-text.js',
  'dom.js',
  'grid.js',
  'chart-parts.js',
  'interval-chart.js',
  'line-charts.js',
  'charts.js',
  'sheet.js',
  'tables.js',
  'unit-table.js',
  'filter.js',
  'page-state.js',
  'first-screen.js',
  'row-order.js',
  'inflate.js',
  'chunk-store.js',
  'virtual-list.js',
  'unit-words.js',
  'unit-view.js',
  'time-scale.js',
  'timeline.js',
  'explorer-help.js',
  'explorer-parts.js',
  'explorer.js',
  'main.js',
];

export function chartScript(): string {
  const entry = createRequire(import.meta.url).resolve('chart.js');
  return readFileSync(join(dirname(entry), 'chart.umd.js'), 'utf8');
}

/** @throws Error when the page has not been built */
export function pageScript(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  // from the sources (tests) the compiled page is in dist/, from the build it is beside this file
  const built = import.meta.url.endsWith('.ts') ? join(here, '../../dist/reports/html/page') : join(here, 'page');
  const parts = PAGE_FILES.map((name) => {
    try {
      return readFileSync(join(built, name), 'utf8');
    } catch (cause) {
      throw new Error(`report page: ${join(built, name)} is missing; run "npm run build"`, { cause });
    }
  });
  return `"use strict";\n(() => {\n${parts.map(withoutModuleSyntax).join('\n')}\n})();`;
}

function withoutModuleSyntax(script: string): string {
  return script
    .replace(/^import .*;\n/gm, '')
    .replace(/^export (?=(?:async )?function |const |class )/gm, '')
    .replace(/^export \{\};\n?/gm, '');
}
