/**
 * The Chromium of the browser tests: where it is, and the flags under which it asks nothing of any network.
 * @module
 */
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';

export const CHROMIUM = process.env['EVENKEEL_CHROMIUM'] ?? '/usr/bin/chromium';
// prettier-ignore
export const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const installed = existsSync(CHROMIUM);
if (!installed) console.warn(`SKIPPED: the browser tests need ${CHROMIUM} (Debian: apt-get install chromium)`);

/** Everything that a page from disk should never do: say something, fail, ask the reader, or ask a network. */
export function watchPage(page: Page, problems: string[]): void {
  page.on('console', (message) => problems.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('dialog', (dialog) => {
    problems.push('a dialog opened');
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) problems.push(`request: ${request.url().slice(0, 80)}`);
  });
}
