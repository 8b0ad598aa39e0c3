/**
 * From a folder (or a named file) to a resolved configuration.
 * @module
 */
import { dirname } from 'node:path';
import type { PerturbationOptions, ResolvedConfig } from './config-schema.ts';
import { discoverConfig } from './discover.ts';
import { readConfigFile } from './read.ts';
import { resolveConfig, type ConfigOverrides } from './resolve.ts';

export interface LoadedConfig {
  /** Absolute path of the file. */
  readonly file: string;
  /** The folder of the file: what all relative paths in it are relative to. */
  readonly directory: string;
  readonly config: ResolvedConfig;
}

export interface LoadConfigOptions {
  /** Where to look when no file is named. */
  readonly directory: string;
  readonly file?: string | undefined;
  readonly perturbationOptions: PerturbationOptions;
  readonly overrides?: ConfigOverrides;
}

/** @throws ConfigError when the file is not found, throws, cannot be parsed, or has problems (then: all of them) */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const file = discoverConfig({ directory: options.directory, file: options.file });
  const raw = await readConfigFile(file);
  const config = resolveConfig(raw, {
    perturbationOptions: options.perturbationOptions,
    overrides: options.overrides ?? {},
    subject: file,
  });
  return { file, directory: dirname(file), config };
}
