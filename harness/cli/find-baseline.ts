/**
 * Which result a command means: a name in `evenkeel.baseline.json`, the path of such a file, or a run.
 *
 * `main` is looked for among the baselines first, then among the runs; a path may name one baseline of a file: `file.json#main`.
 * @module
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { discoverConfig, nearestName } from '../config/index.ts';
import { ConfigError } from '../ports/index.ts';
import { SCHEMA_VERSION, type Baseline, type BaselineFile, type StoredBaseline } from '../schema/index.ts';
import { openRun, openRunFolder, readBaselineFile, type RunFolder } from '../store/index.ts';
import { runsDirectoryOf } from './find-run.ts';
import type { CliIo } from './io.ts';
import { configPlace } from './prepare.ts';

export const BASELINE_FILE = 'evenkeel.baseline.json';
export const BASELINE_NAME_DEFAULT = 'main';

export type FoundResult =
  { readonly kind: 'baseline'; readonly stored: StoredBaseline } | { readonly kind: 'run'; readonly run: RunFolder };

export interface FindBaselineOptions {
  /** A name, a path, a run id, or `latest`. */
  readonly wanted: string;
  readonly config?: string | undefined;
}

/** @throws ConfigError when there is no such thing; DataError when it cannot be read */
export async function findResult(
  { wanted, config }: FindBaselineOptions,
  io: Pick<CliIo, 'cwd' | 'env'>,
): Promise<FoundResult> {
  const [path, name = null] = wanted.split('#', 2);
  const asPath = resolve(io.cwd, path);
  const looksLikePath = /[/\\]|\.json$/.test(path) || (path !== '' && existsSync(join(asPath, 'manifest.json')));
  if (looksLikePath) {
    const isFolder = statSync(asPath, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (isFolder) return { kind: 'run', run: openRunFolder(asPath) };
    return { kind: 'baseline', stored: onlyBaseline(existingFile(asPath), path, name) };
  }
  const file = baselinePath(config, io);
  const known = readBaselineFile(file);
  if (known !== null && Object.hasOwn(known.baselines, path))
    return { kind: 'baseline', stored: stored(path, BASELINE_FILE, known.baselines[path]) };
  const runs = await runsDirectoryOf(config, io);
  if (path === 'latest') return { kind: 'run', run: openRun(runs, null) };
  if (existsSync(join(runs, path, 'manifest.json'))) return { kind: 'run', run: openRun(runs, path) };
  throw noSuch(path, file, known);
}

/** Beside the configuration; in this folder where there is none. */
export function baselinePath(config: string | undefined, io: Pick<CliIo, 'cwd' | 'env'>): string {
  const place = configPlace(config, io);
  try {
    return join(dirname(discoverConfig(place)), BASELINE_FILE);
  } catch (error) {
    if (place.file === undefined && error instanceof ConfigError && error.code === 'CONFIG_FILE_NOT_FOUND')
      return join(place.directory, BASELINE_FILE);
    throw error;
  }
}

/** The only baseline of a file, or the one that is named. */
export function onlyBaseline(file: BaselineFile, path: string, name: string | null): StoredBaseline {
  const names = Object.keys(file.baselines);
  const wanted = name ?? (names.length === 1 ? names[0] : null);
  if (wanted !== null && Object.hasOwn(file.baselines, wanted)) return stored(wanted, path, file.baselines[wanted]);
  throw new ConfigError({
    code: 'BASELINE_NOT_FOUND',
    at: path,
    expected: wanted === null ? 'one baseline, or the name of one behind a #' : `a baseline ${JSON.stringify(wanted)}`,
    got: names.length === 0 ? 'none' : names.join(', '),
    hint: `For example ${path}#${names[0] ?? BASELINE_NAME_DEFAULT}.`,
  });
}

function existingFile(path: string): BaselineFile {
  const file = readBaselineFile(path);
  if (file !== null) return file;
  throw new ConfigError({
    code: 'BASELINE_NOT_FOUND',
    at: path,
    expected: 'a run folder or a baseline file',
    got: 'nothing there',
    hint: 'See `evenkeel baseline list` and `evenkeel list runs`.',
  });
}

const stored = (name: string, path: string, baseline: Baseline): StoredBaseline => ({
  schemaVersion: SCHEMA_VERSION,
  name: `${name} of ${path}`,
  baseline,
});

function noSuch(name: string, path: string, file: BaselineFile | null): ConfigError {
  const names = Object.keys(file?.baselines ?? {});
  const nearest = nearestName(name, names);
  return new ConfigError({
    code: 'BASELINE_NOT_FOUND',
    at: path,
    expected: names.length === 0 ? 'a saved baseline, or a run' : `one of ${names.join(', ')}, or a run`,
    got: JSON.stringify(name),
    hint:
      nearest !== null
        ? `Did you mean ${JSON.stringify(nearest)}?`
        : `Save one with: evenkeel baseline save ${/^[a-z0-9]/.test(name) ? name : BASELINE_NAME_DEFAULT}`,
  });
}
