/**
 * Reading files: TypeScript and JavaScript by jiti, JSON and YAML as data. Keeps "file not found" apart from "file threw" and from
 * "file cannot be parsed", and always names the file.
 * @module
 */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { ConfigError } from '../ports/index.ts';
import { CONFIG_EXTENSIONS } from './discover.ts';

const DATA_EXTENSIONS: readonly string[] = ['.json', '.yaml', '.yml'];
const CODE_EXTENSIONS: readonly string[] = ['.ts', '.mts', '.js', '.mjs', '.cjs'];

/**
 * What a config file holds, unchecked.
 *
 * @param path - absolute
 * @throws ConfigError CONFIG_FILE_NOT_FOUND, CONFIG_FILE_UNREADABLE, CONFIG_FILE_THREW, CONFIG_SYNTAX, CONFIG_NO_DEFAULT_EXPORT, CONFIG_FILE_TYPE
 */
export async function readConfigFile(path: string): Promise<unknown> {
  const extension = extname(path);
  if (DATA_EXTENSIONS.includes(extension)) return readDataFile(path, { codePrefix: 'CONFIG', name: path });
  if (CODE_EXTENSIONS.includes(extension)) return runCodeFile(path);
  throw new ConfigError({
    code: 'CONFIG_FILE_TYPE',
    at: path,
    expected: `a file that ends in ${CONFIG_EXTENSIONS.map((known) => `.${known}`).join(', ')}`,
    got: extension === '' ? 'no ending' : extension,
    hint: 'Rename the file.',
  });
}

/**
 * Reads JSON or YAML. A YAML file with nothing in it is null.
 *
 * @param options.codePrefix - start of the error codes, for example `CASES`
 * @param options.name - how messages call the file
 * @throws ConfigError `<prefix>_FILE_NOT_FOUND`, `<prefix>_FILE_UNREADABLE`, `<prefix>_SYNTAX`
 */
export function readDataFile(path: string, options: { readonly codePrefix: string; readonly name: string }): unknown {
  const { codePrefix, name } = options;
  const text = readTextFile(path, { codePrefix, name });
  // A file saved by a Windows editor may start with a byte order mark, which JSON.parse refuses.
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (extname(path) === '.json') {
    if (content.trim() === '') return null;
    try {
      return JSON.parse(content) as unknown;
    } catch (cause) {
      throw syntaxError({ codePrefix, name, language: 'JSON', cause });
    }
  }
  const document = parseDocument(content, { prettyErrors: true });
  if (document.errors.length > 0) throw syntaxError({ codePrefix, name, language: 'YAML', cause: document.errors[0] });
  try {
    return document.toJS() as unknown;
  } catch (cause) {
    throw syntaxError({ codePrefix, name, language: 'YAML', cause });
  }
}

/**
 * @param options.hint - said when the file is missing
 * @throws ConfigError `<prefix>_FILE_NOT_FOUND`, `<prefix>_FILE_UNREADABLE`
 */
export function readTextFile(
  path: string,
  options: { readonly codePrefix: string; readonly name: string; readonly hint?: string },
): string {
  const { codePrefix, name, hint = 'Check the path; it is relative to the config file.' } = options;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const missing = errorCode(cause) === 'ENOENT';
    throw new ConfigError({
      code: missing ? `${codePrefix}_FILE_NOT_FOUND` : `${codePrefix}_FILE_UNREADABLE`,
      at: name,
      expected: 'a file that can be read',
      got: missing ? 'no such file' : causeText(cause),
      hint: missing ? hint : 'Check what it is and who may read it.',
      cause,
    });
  }
}

async function runCodeFile(path: string): Promise<unknown> {
  // Checked first: an ENOENT out of the loader could as well be about a file that the config imports.
  readTextFile(path, { codePrefix: 'CONFIG', name: path });
  // Loaded where it is needed: JSON and YAML do without.
  const { createJiti } = await import('jiti');
  // No caches: a watch or a test that rewrites the file must see the new text, and nothing is left in node_modules/.cache.
  // The alias: a config may import defineConfig although evenkeel is not installed beside it (npx, a global installation).
  const jiti = createJiti(import.meta.url, {
    moduleCache: false,
    fsCache: false,
    interopDefault: false,
    alias: { 'evenkeel/config': fileURLToPath(import.meta.url).replace(/read(\.[jt]s)$/, 'index$1') },
  });
  let exported: unknown;
  try {
    exported = await jiti.import(path);
  } catch (cause) {
    throw new ConfigError({
      code: 'CONFIG_FILE_THREW',
      at: path,
      expected: 'a module that loads',
      got: `an error: ${causeText(cause)}`,
      hint: 'The file was found; the error came from inside it or from something it imports.',
      cause,
    });
  }
  const config = defaultExport(exported);
  if (config !== undefined) return config;
  throw new ConfigError({
    code: 'CONFIG_NO_DEFAULT_EXPORT',
    at: path,
    expected: 'a default export',
    got: 'none',
    hint: 'Write `export default defineConfig({ ... })`.',
  });
}

/** CommonJS gives its exports as the default, so that a default export of its own is one step deeper. */
function defaultExport(exported: unknown): unknown {
  const direct = property(exported, 'default');
  return property(direct, 'default') ?? direct;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function syntaxError(found: { codePrefix: string; name: string; language: string; cause: unknown }): ConfigError {
  return new ConfigError({
    code: `${found.codePrefix}_SYNTAX`,
    at: found.name,
    expected: `valid ${found.language}`,
    got: causeText(found.cause),
    hint: 'Fix the syntax.',
    cause: found.cause,
  });
}

/** The first line of an error's message, without its final dot or colon. */
function causeText(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split('\n', 1)[0].replace(/[.:]$/, '');
}

function errorCode(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}
