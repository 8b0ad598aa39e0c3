/**
 * Files of environment variables, `NAME=value` a line: later files win over earlier ones, and what is set already wins over all.
 * @module
 */
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { readTextFile } from './read.ts';

/**
 * The variables of all files that are not set yet.
 *
 * @throws ConfigError ENV_FILE_NOT_FOUND, ENV_FILE_UNREADABLE
 */
export function readEnvFiles(
  paths: readonly string[],
  options: { readonly directory: string; readonly set: Readonly<Record<string, string | undefined>> },
): Record<string, string> {
  const read: Record<string, string> = {};
  for (const path of paths) {
    const text = readTextFile(resolve(options.directory, path), {
      codePrefix: 'ENV',
      name: path,
      hint: 'Check the path given with --env-file; it is relative to the current folder.',
    });
    for (const [name, value] of Object.entries(parseEnv(text)))
      if (value !== undefined && options.set[name] === undefined) read[name] = value;
  }
  return read;
}
