/**
 * Digests of the files of a folder: made once, compared later. Memory of one chunk.
 * @module
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { SCHEMA_VERSION, type DigestList } from '../schema/index.ts';

/** What `digests.json` cannot name: itself, and the attestation that names it. */
export const DIGESTS_FILE = 'digests.json';
export const ATTESTATION_FILE = 'attestation.json';
const OUTSIDE = [DIGESTS_FILE, ATTESTATION_FILE];
const CHUNK = 1024 * 1024;

export function digestsOf(folder: string): DigestList {
  const files: DigestList['files'] = {};
  for (const path of filesOf(folder)) if (!OUTSIDE.includes(path)) files[path] = digestOfFile(join(folder, path));
  return { schemaVersion: SCHEMA_VERSION, files };
}

/** The first file that is not as listed, in words; null when all are. A link is not followed: it could lead out of the folder. */
export function firstDifference(folder: string, { files }: DigestList): string | null {
  const odd = entriesOf(folder).find(({ entry }) => !entry.isFile());
  if (odd !== undefined) return `${odd.path} is no plain file`;
  const present = filesOf(folder).filter((path) => !OUTSIDE.includes(path));
  const missing = Object.keys(files).find((path) => !present.includes(path));
  if (missing !== undefined) return `${missing} is missing`;
  for (const path of present) {
    const listed = Object.hasOwn(files, path) ? files[path] : undefined;
    if (listed === undefined) return `${path} is not in ${DIGESTS_FILE}`;
    const { sha256, bytes } = digestOfFile(join(folder, path));
    if (bytes !== listed.bytes) return `${path} has ${bytes} bytes, ${DIGESTS_FILE} says ${listed.bytes}`;
    if (sha256 !== listed.sha256) return `${path} has SHA-256 ${sha256}, ${DIGESTS_FILE} says ${listed.sha256}`;
  }
  return null;
}

const filesOf = (folder: string): string[] => entriesOf(folder).map(({ path }) => path);

/** Everything that is no folder, with paths with `/`, sorted by code unit. */
function entriesOf(folder: string): { readonly path: string; readonly entry: Dirent }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({
      path: join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
      entry,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

export function digestOfFile(path: string): DigestList['files'][string] {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK);
  const file = openSync(path, 'r');
  let bytes = 0;
  try {
    for (let got = readSync(file, chunk); got > 0; got = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, got));
      bytes += got;
    }
  } finally {
    closeSync(file);
  }
  return { sha256: hash.digest('hex'), bytes };
}
