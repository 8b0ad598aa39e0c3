/**
 * The Chromium of the browser tests: where it is, and the flags under which it asks nothing of any network.
 * @module
 */
import { existsSync } from 'node:fs';

export const CHROMIUM = process.env['EVENKEEL_CHROMIUM'] ?? '/usr/bin/chromium';
// prettier-ignore
export const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const installed = existsSync(CHROMIUM);
if (!installed) console.warn(`SKIPPED: the browser tests need ${CHROMIUM} (Debian: apt-get install chromium)`);
