/**
 * The engine that `evenkeel serve` serves: from the target section of the config, when there is one, and flags over it.
 * @module
 */
import { basename, dirname, resolve } from 'node:path';
import { perturbationOptions } from '../../perturbations/index.ts';
import {
  buildCheckpoint,
  BYTE_SPECIALS,
  CheckpointError,
  createEngine,
  loadCheckpoint,
  type Checkpoint,
  type CheckpointPreset,
  type Engine,
  type EngineOptions,
  type PrecisionMode,
} from '../../engine/index.ts';
import { discoverConfig, readConfigFile, resolveConfig, valuesFromEnvironment } from '../config/index.ts';
import { ConfigError, DataError, type Problem } from '../ports/index.ts';
import { loadPartsModule } from '../targets/index.ts';
import { faultModule } from './fault-module.ts';
import type { CliIo } from './io.ts';
import { configPlace } from './prepare.ts';

export interface EngineFlags {
  /** False: no config file is read. */
  readonly config?: string | false;
  readonly checkpoint?: string;
  readonly preset?: CheckpointPreset;
  readonly seed?: string;
  readonly precision?: PrecisionMode;
  readonly maxBatch?: number;
  readonly chunkSize?: number;
  readonly draftTokens?: number;
  readonly threads?: number;
  readonly prefixCache: boolean;
  readonly hotPages: number;
  readonly fault?: string;
}

export interface ServedEngine {
  readonly engine: Engine;
  /** What the model is called unless another name is asked for. */
  readonly modelName: string;
  /** The name that a fault's module gives itself, or `none`. */
  readonly fault: string;
  /** Of the fault, for the HTTP face. */
  readonly serverParts: object;
}

type CheckpointPlace =
  | { readonly kind: 'seeded'; readonly preset: CheckpointPreset; readonly seed: string }
  /** An absolute path. */
  | { readonly kind: 'directory'; readonly path: string };

interface FromConfig {
  readonly checkpoint: CheckpointPlace;
  readonly options: EngineOptions;
  readonly fault: string | null;
}

const DEFAULTS: FromConfig = {
  checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'evenkeel' },
  options: {},
  fault: null,
};

/** @throws ConfigError, DataError */
export async function openServedEngine(flags: EngineFlags, io: Pick<CliIo, 'cwd' | 'env'>): Promise<ServedEngine> {
  const problems: Problem[] = [];
  const config = await fromConfig(flags, io);
  const place = checkpointPlace(flags, config.checkpoint, io, problems);
  const partsUrl = faultModule(
    flags.fault ?? config.fault,
    flags.fault === undefined ? 'target.fault' : '--fault',
    problems,
  );
  if (problems.length > 0) throw new ConfigError(problems);
  const parts = partsUrl === null ? null : await loadPartsModule(partsUrl);
  const checkpoint = openCheckpoint(place);
  checkVocabulary(checkpoint);
  const { precision, maxBatch, chunkSize, draftTokens, threads, prefixCache, hotPages } = flags;
  const options: EngineOptions = {
    ...config.options,
    ...(precision === undefined ? {} : { precision }),
    ...(maxBatch === undefined ? {} : { maxBatch }),
    ...(chunkSize === undefined ? {} : { chunkSize }),
    ...(draftTokens === undefined ? {} : { draftTokens }),
    ...(threads === undefined ? {} : { threads }),
    prefixCache,
    hotPages,
    ...(parts === null ? {} : { parts: parts.parts }),
  };
  return {
    engine: refusable(() => createEngine(checkpoint, options)),
    modelName: place.kind === 'seeded' ? place.preset : basename(place.path),
    fault: parts?.name ?? 'none',
    serverParts: parts?.serverParts ?? {},
  };
}

async function fromConfig({ config }: EngineFlags, io: Pick<CliIo, 'cwd' | 'env'>): Promise<FromConfig> {
  if (config === false) return DEFAULTS;
  const file = configFile(config, io);
  if (file === null) return DEFAULTS;
  const { target } = resolveConfig(await readConfigFile(file), {
    perturbationOptions,
    environment: valuesFromEnvironment(io.env),
    subject: file,
  });
  if (target.kind !== 'reference-engine')
    throw new ConfigError(
      {
        code: 'SERVE_TARGET',
        at: 'target.kind',
        expected: 'reference-engine',
        got: target.kind,
        hint: '--no-config serves without this file.',
      },
      { subject: file },
    );
  const { checkpoint, precision, maxBatch, chunkSize, keyBlock, splitPolicy, mhcSplitK, fault } = target;
  return {
    checkpoint:
      checkpoint.kind === 'directory'
        ? { kind: 'directory', path: resolve(dirname(file), checkpoint.path) }
        : checkpoint,
    options: { precision, maxBatch, chunkSize, keyBlock, splitPolicy, mhcSplitK },
    fault,
  };
}

/** The file that was named, or the folder's own; null when it has none. */
function configFile(flag: string | undefined, io: Pick<CliIo, 'cwd' | 'env'>): string | null {
  const place = configPlace(flag, io);
  try {
    return discoverConfig(place);
  } catch (error) {
    if (place.file === undefined && error instanceof ConfigError && error.code === 'CONFIG_FILE_NOT_FOUND') return null;
    throw error;
  }
}

function checkpointPlace(
  { checkpoint, preset, seed }: EngineFlags,
  configured: CheckpointPlace,
  io: Pick<CliIo, 'cwd'>,
  problems: Problem[],
): CheckpointPlace {
  if (checkpoint !== undefined) {
    for (const [flag, value] of [
      ['--preset', preset],
      ['--seed', seed],
    ] as const)
      if (value !== undefined)
        problems.push({
          code: 'FLAG_CONFLICT',
          at: flag,
          expected: 'not together with --checkpoint',
          got: value,
          hint: 'A folder has its own weights; a preset is made from a seed.',
        });
    return { kind: 'directory', path: resolve(io.cwd, checkpoint) };
  }
  if (preset === undefined && seed === undefined) return configured;
  const base = configured.kind === 'seeded' ? configured : { preset: 'v4-tiny' as const, seed: 'evenkeel' };
  return { kind: 'seeded', preset: preset ?? base.preset, seed: seed ?? base.seed };
}

function openCheckpoint(place: CheckpointPlace): Checkpoint {
  if (place.kind === 'seeded') return buildCheckpoint({ preset: place.preset, seed: place.seed });
  try {
    return loadCheckpoint(place.path);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new DataError({
      code: 'CHECKPOINT_INVALID',
      at: place.path,
      expected: 'a folder with config.json and safetensors files',
      got: error.message,
      hint: 'Name another folder with --checkpoint, or use --preset v4-tiny.',
      cause: error,
    });
  }
}

/** Text is served as bytes and two special tokens. */
function checkVocabulary({ config }: Checkpoint): void {
  const needed = BYTE_SPECIALS.pad + 1;
  if (config.vocabSize >= needed) return;
  throw new ConfigError({
    code: 'SERVE_VOCABULARY',
    at: 'checkpoint',
    expected: `a vocabulary of at least ${needed}: one token a byte, and the special ones`,
    got: String(config.vocabSize),
    hint: 'The server reads text as bytes.',
  });
}

/** The engine names wrong options itself. */
function refusable<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError({
      code: 'ENGINE_OPTIONS',
      at: 'engine',
      expected: 'options in their ranges',
      got: error.message,
      hint: 'See `evenkeel serve --help`.',
      cause: error,
    });
  }
}
