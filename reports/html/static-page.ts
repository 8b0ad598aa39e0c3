/**
 * A page without any script: the style of the report, markup that escapes what it is given, and a policy under which nothing runs and
 * nothing is loaded.
 * @module
 */
import { createHash } from 'node:crypto';
import { element, htmlOf, type Markup } from '../markup.ts';
import { STYLE } from './style.ts';

export interface StaticPage {
  readonly title: string;
  /** Added to the style of the report. */
  readonly style: string;
  readonly body: readonly Markup[];
  /** Whether a form on the page may ask the page's own server; absent = no form works. */
  readonly forms?: 'own-server';
}

export interface RenderedPage {
  readonly html: string;
  /** For a server to send as a header, too. */
  readonly policy: string;
}

export function staticPage({ title, style, body, forms }: StaticPage): RenderedPage {
  const css = `${STYLE}${style}`;
  const digest = createHash('sha256').update(css, 'utf8').digest('base64');
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${digest}'`,
    "base-uri 'none'",
    `form-action ${forms === 'own-server' ? "'self'" : "'none'"}`,
  ].join('; ');
  const html = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    htmlOf(element('meta', { 'http-equiv': 'Content-Security-Policy', content: policy })),
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    htmlOf(element('title', {}, title)),
    `<style>${css}</style>`,
    '</head>',
    '<body>',
    ...body.map(htmlOf),
    '</body>',
    '</html>',
    '',
  ].join('\n');
  return { html, policy };
}
