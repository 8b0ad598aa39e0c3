/**
 * The HTML report: one offline file. Strict CSP by hashes, no network, all data inlined as JSON that cannot end its script element.
 * @module
 */
import { createHash } from 'node:crypto';
import type { PackedUnits } from '../unit-index.ts';
import type { View } from '../view.ts';
import { chartScript, pageScript } from './assets.ts';
import { EXPLORER_STYLE } from './explorer-style.ts';
import { STYLE } from './style.ts';

/**
 * Units that do not fit stand in files beside the page. A page from file:// may fetch nothing, and may run a script that lies there; such a
 * file calls one function with one text. `file:` because the origin of a file is nothing that 'self' could be equal to everywhere.
 */
const BESIDE = " 'self' file:";

/** @param units - for the explorer; null = the page has none */
export function renderHtml(view: View, units: PackedUnits | null = null): string {
  const chart = chartScript();
  const page = pageScript();
  const style = STYLE + EXPLORER_STYLE;
  const policy = [
    "default-src 'none'",
    `script-src ${[chart, page].map(hashSource).join(' ')}${units !== null && units.chunksBeside > 0 ? BESIDE : ''}`,
    `style-src ${hashSource(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(`${view.banner.status.word} – evenkeel run ${view.runId}`)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<noscript>This report draws itself with a script inside this file; nothing is loaded from elsewhere.</noscript>',
    `<script type="application/json" id="view">${inlineJson(view)}</script>`,
    ...unitScripts(units),
    `<script>${chart}</script>`,
    `<script>${page}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Base64: nothing in it can end the element. */
function unitScripts(units: PackedUnits | null): string[] {
  if (units === null) return [];
  return [
    `<script type="text/plain" id="unit-index">${units.index}</script>`,
    ...units.chunks.map((chunk, at) => `<script type="text/plain" id="chunk-${at}">${chunk}</script>`),
  ];
}

function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** JSON that no HTML or script parser can leave: `<` and the two line separators are escaped. */
function inlineJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
