/**
 * The real tree, as the tidy rules see it: every text file of the house, its tests and its scripts. Golden data and what is built are left out.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Source } from './source.ts';

const TOP_FOLDERS = ['engine', 'harness', 'perturbations', 'suites', 'reports', 'scripts', 'test'];
const TEXT = /\.(ts|mts|cts|tsx|js|mjs|cjs|css|html)$/;
const SKIPPED = new Set(['node_modules', 'dist', '.evenkeel']);

/** @param root - the repository root */
export function readTree(root: string): Source[] {
  const sources: Source[] = [];
  const read = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) read(path);
      } else if (TEXT.test(entry.name)) {
        sources.push({ path: relative(root, path).split(sep).join('/'), text: readFileSync(path, 'utf8') });
      }
    }
  };
  const present = new Set(readdirSync(root));
  for (const folder of TOP_FOLDERS) if (present.has(folder)) read(join(root, folder));
  return sources.sort((a, b) => (a.path < b.path ? -1 : 1));
}
