/**
 * Finding the config file: the one `evenkeel.config.*` of a folder, or the file that was named.
 * @module
 */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError } from '../ports/index.ts';

export const CONFIG_EXTENSIONS = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'yaml', 'yml'] as const;

const KNOWN_NAMES = `evenkeel.config.{${CONFIG_EXTENSIONS.join(',')}}`;

/**
 * The absolute path of the config file. Two candidates in one folder are an error: which one counts must never be a guess.
 *
 * @param options.directory - where to look, and what a relative `file` is relative to
 * @param options.file - a file named by the user; no search then
 * @throws ConfigError when there is none, or more than one
 */
export function discoverConfig(options: { readonly directory: string; readonly file?: string | undefined }): string {
  const { directory, file } = options;
  if (file !== undefined) {
    const path = resolve(directory, file);
    if (isFile(path)) return path;
    throw new ConfigError({
      code: 'CONFIG_FILE_NOT_FOUND',
      at: path,
      expected: 'a config file',
      got: existsSync(path) ? 'a folder' : 'nothing there',
      hint: 'Check the path given with --config.',
    });
  }
  const found = CONFIG_EXTENSIONS.map((extension) => `evenkeel.config.${extension}`).filter((name) =>
    isFile(join(directory, name)),
  );
  if (found.length === 1) return join(resolve(directory), found[0]);
  throw new ConfigError(
    found.length === 0
      ? {
          code: 'CONFIG_FILE_NOT_FOUND',
          at: resolve(directory),
          expected: KNOWN_NAMES,
          got: 'no such file',
          hint: 'Name a file with --config, or change to the folder that holds it.',
        }
      : {
          code: 'CONFIG_FILE_AMBIGUOUS',
          at: resolve(directory),
          expected: 'one config file',
          got: found.join(', '),
          hint: 'Remove all but one, or name the one to use with --config.',
        },
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
