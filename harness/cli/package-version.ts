/**
 * The version of this package, from the package.json above this file (two folders in the sources, three in dist).
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';

export function packageVersion(): string {
  for (let folder = new URL('./', import.meta.url); ; folder = new URL('../', folder)) {
    const file = new URL('package.json', folder);
    if (existsSync(file)) {
      const content = JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: unknown; readonly version?: unknown };
      if (content.name === 'evenkeel' && typeof content.version === 'string') return content.version;
    }
    if (folder.pathname === '/' || new URL('../', folder).href === folder.href) return 'unknown';
  }
}
