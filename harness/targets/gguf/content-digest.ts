/**
 * The SHA-256 of a file of any size, and the id that a model file has by its name and content.
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';

const READ_BYTES = 1 << 20;
const ID_CHARACTERS_MAX = 80;
const DIGEST_CHARACTERS = 12;

export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: READ_BYTES }), hash);
  return hash.digest('hex');
}

/** `Qwen3 0.6B.gguf` -> `qwen3-0.6b-1f2e3d4c5b6a`: another content is another target, whatever the file is called. */
export function contentId(path: string, sha256: string): string {
  const digest = sha256.slice(0, DIGEST_CHARACTERS);
  const name = basename(path)
    .toLowerCase()
    .replace(/\.gguf$/, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, ID_CHARACTERS_MAX - DIGEST_CHARACTERS - 1);
  return `${name === '' ? 'gguf' : name}-${digest}`;
}
