/**
 * Opens checkpoints: a directory (config.json + model.safetensors, or model.safetensors.index.json with its shards), or explicit sources.
 * @module
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assembleCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checkpointError, CheckpointError } from './errors.ts';
import type { CheckpointProblem } from './errors.ts';
import { readSafetensors } from './safetensors.ts';
import type { Tensor } from './safetensors.ts';

export type FileSource = string | URL | Uint8Array;

export interface CheckpointSource {
  /** One or more safetensors files, or an index file (*.index.json) beside its shards. */
  readonly weights: FileSource | readonly FileSource[];
  /** Path of a config.json, or the parsed object. */
  readonly config: string | URL | Readonly<Record<string, unknown>>;
}

const CONFIG_NAME = 'config.json';
const SINGLE_NAME = 'model.safetensors';
const INDEX_NAME = 'model.safetensors.index.json';

/**
 * Loads and checks a checkpoint.
 *
 * @throws CheckpointError naming file, tensor, expected and got
 */
export function loadCheckpoint(source: string | URL | CheckpointSource): Checkpoint {
  if (typeof source === 'string' || source instanceof URL) return loadDirectory(pathOf(source));
  const weights = Array.isArray(source.weights)
    ? (source.weights as readonly FileSource[])
    : [source.weights as FileSource];
  const tensors = new Map<string, Tensor>();
  for (const file of weights) addFile(file, tensors);
  const inMemory = typeof source.config !== 'string' && !(source.config instanceof URL);
  const configFile = inMemory ? 'config' : pathOf(source.config);
  return assembleCheckpoint(inMemory ? source.config : readJson(configFile), tensors, basename(configFile));
}

function loadDirectory(directory: string): Checkpoint {
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    throw checkpointError({
      file: directory,
      at: null,
      expected: 'a directory with config.json and safetensors',
      got: 'no directory',
    });
  const single = join(directory, SINGLE_NAME);
  const index = join(directory, INDEX_NAME);
  const weights = existsSync(index) ? index : single;
  return loadCheckpoint({ weights, config: join(directory, CONFIG_NAME) });
}

function addFile(source: FileSource, tensors: Map<string, Tensor>): void {
  if (source instanceof Uint8Array) {
    addTensors(source, 'weights', tensors);
    return;
  }
  const path = pathOf(source);
  if (path.endsWith('.index.json')) addShards(path, tensors);
  else addTensors(readBytes(path), basename(path), tensors);
}

function addTensors(bytes: Uint8Array, file: string, tensors: Map<string, Tensor>): void {
  for (const [name, tensor] of readSafetensors(bytes, file).tensors) {
    const other = tensors.get(name);
    if (other !== undefined)
      throw checkpointError({ file, at: name, expected: 'each tensor once', got: `another one in ${other.file}` });
    tensors.set(name, tensor);
  }
}

/** Reads an index file: `weight_map` names the shard of each tensor; both must agree exactly. */
function addShards(indexPath: string, tensors: Map<string, Tensor>): void {
  const file = basename(indexPath);
  const raw = readJson(indexPath);
  const map = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)['weight_map'] : undefined;
  if (
    typeof map !== 'object' ||
    map === null ||
    Array.isArray(map) ||
    !Object.values(map).every((v) => typeof v === 'string')
  )
    throw checkpointError({
      file,
      at: 'weight_map',
      expected: 'an object of tensor name -> shard file',
      got: typeof map,
    });
  const weightMap = map as Record<string, string>;
  const directory = resolve(indexPath, '..');
  for (const shard of [...new Set(Object.values(weightMap))].sort()) {
    const path = resolve(directory, shard);
    // An index is hostile input: a shard lies beside it, never elsewhere on the disk.
    const inside = relative(directory, path);
    if (isAbsolute(shard) || inside.startsWith('..'))
      throw checkpointError({ file, at: shard, expected: 'a shard beside the index', got: shard });
    addTensors(readBytes(path), shard, tensors);
  }
  const problems: CheckpointProblem[] = [];
  for (const [name, shard] of Object.entries(weightMap)) {
    const tensor = tensors.get(name);
    if (tensor?.file !== shard)
      problems.push({ file, at: name, expected: `the tensor in ${shard}`, got: tensor?.file ?? 'none' });
  }
  for (const [name, tensor] of tensors)
    if (!Object.hasOwn(weightMap, name))
      problems.push({ file: tensor.file, at: name, expected: `a name in ${file}`, got: 'none' });
  if (problems.length > 0) throw new CheckpointError(problems);
}

function pathOf(source: string | URL): string {
  return source instanceof URL ? fileURLToPath(source) : source;
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw checkpointError(
      { file: path, at: null, expected: 'a readable file', got: (cause as NodeJS.ErrnoException).code ?? 'an error' },
      cause,
    );
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(readBytes(path)));
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause;
    throw checkpointError(
      { file: basename(path), at: null, expected: 'JSON in UTF-8', got: (cause as Error).message },
      cause,
    );
  }
}
