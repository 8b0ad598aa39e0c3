/**
 * Which run a command is about: the path of a run folder, an id in the runs directory, or the latest run.
 * @module
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { perturbationOptions } from '../../perturbations/index.ts';
import { discoverConfig, readConfigFile, resolveConfig, valuesFromEnvironment } from '../config/index.ts';
import { ConfigError } from '../ports/index.ts';
import { openRun, openRunFolder, type RunFolder } from '../store/index.ts';
import type { CliIo } from './io.ts';
import { configPlace } from './prepare.ts';

const RUNS_DIRECTORY_DEFAULT = '.evenkeel/runs';

export interface FindRunOptions {
  /** An id, a path, `latest`, or nothing for the latest. */
  readonly run: string | undefined;
  readonly config?: string;
}

/** @throws ConfigError for a config or an id that is wrong; DataError when there is no such run or it cannot be read */
export async function findRun({ run, config }: FindRunOptions, io: Pick<CliIo, 'cwd' | 'env'>): Promise<RunFolder> {
  // A path needs no config: a run folder can be moved and read anywhere.
  if (run !== undefined && (/[/\\]/.test(run) || existsSync(resolve(io.cwd, run, 'manifest.json'))))
    return openRunFolder(resolve(io.cwd, run));
  const directory = await runsDirectoryOf(config, io);
  return openRun(directory, run === undefined || run === 'latest' ? null : run);
}

/** As the environment or the config says; `.evenkeel/runs` where there is no config. */
export async function runsDirectoryOf(config: string | undefined, io: Pick<CliIo, 'cwd' | 'env'>): Promise<string> {
  const place = configPlace(config, io);
  let file: string;
  try {
    file = discoverConfig(place);
  } catch (error) {
    if (place.file === undefined && error instanceof ConfigError && error.code === 'CONFIG_FILE_NOT_FOUND')
      return resolve(place.directory, io.env['EVENKEEL_RUNS_DIR'] || RUNS_DIRECTORY_DEFAULT);
    throw error;
  }
  const environment = valuesFromEnvironment(io.env);
  const raw = await readConfigFile(file);
  const resolved = resolveConfig(raw, { perturbationOptions, environment, subject: file });
  return resolve(dirname(file), resolved.runsDirectory);
}
