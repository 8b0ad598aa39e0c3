/**
 * A checkpoint: parsed config plus every tensor that the config asks for, checked by name, shape and dtype.
 *
 * Accepts, per tensor, the released quantised form (F8_E4M3 + F8_E8M0 scale per 128x128 block, I8-packed FP4 + scale per
 * [row, 32]), BF16 or F32: the stored dtype decides the arithmetic later, as in the official code.
 * @module
 */
import { createHash } from 'node:crypto';
import { MEMORY_SCALE_GROUP, parseModelConfig } from './config.ts';
import type { ModelConfig } from './config.ts';
import { CheckpointError } from './errors.ts';
import type { CheckpointProblem } from './errors.ts';
import { FP4_BLOCK, tensorInventory } from './inventory.ts';
import type { InventoryEntry } from './inventory.ts';
import type { Tensor } from './safetensors.ts';

export interface Checkpoint {
  readonly config: ModelConfig;
  /** config.json as it was given, for writing the checkpoint again. */
  readonly rawConfig: unknown;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** SHA-256 over names, dtypes, shapes and bytes in name order, and over the parsed config. */
  readonly digestSha256: string;
}

const FLOAT_DTYPES = ['BF16', 'F32'];

/**
 * Checks tensors against the inventory of the config.
 *
 * @throws CheckpointError with every missing, unknown or wrongly shaped tensor
 */
export function assembleCheckpoint(
  rawConfig: unknown,
  tensors: ReadonlyMap<string, Tensor>,
  configFile: string,
): Checkpoint {
  const config = parseModelConfig(rawConfig, configFile);
  const problems: CheckpointProblem[] = [];
  const known = new Set<string>();
  for (const entry of tensorInventory(config)) checkEntry(entry, config, tensors, known, problems, configFile);
  for (const tensor of tensors.values())
    if (!known.has(tensor.name))
      problems.push({
        file: tensor.file,
        at: tensor.name,
        expected: `a tensor that ${configFile} asks for`,
        got: 'an unknown name',
      });
  if (problems.length > 0) throw new CheckpointError(problems);
  return { config, rawConfig, tensors, digestSha256: digest(config, tensors) };
}

function checkEntry(
  entry: InventoryEntry,
  config: ModelConfig,
  tensors: ReadonlyMap<string, Tensor>,
  known: Set<string>,
  problems: CheckpointProblem[],
  configFile: string,
): void {
  known.add(entry.name);
  const tensor = tensors.get(entry.name);
  if (tensor === undefined) {
    problems.push({
      file: configFile,
      at: entry.name,
      expected: `a tensor [${entry.shape.join(', ')}]`,
      got: 'none in the weights',
    });
    return;
  }
  const form = storedForm(entry, tensor);
  if (form === null) {
    problems.push({ file: tensor.file, at: entry.name, expected: expectedDtypes(entry), got: tensor.dtype });
    return;
  }
  const shape = form === 'fp4' ? [entry.shape[0], entry.shape[1] / 2] : entry.shape;
  expectShape(tensor, shape, problems);
  if (form === 'float' || form === 'i64') return;
  const scaleName = scaleNameOf(entry.name);
  known.add(scaleName);
  const scale = tensors.get(scaleName);
  const scaleShape = scaleShapeOf(entry.shape, form, config.fp8Block);
  if (scale === undefined)
    problems.push({ file: tensor.file, at: scaleName, expected: `F8_E8M0 [${scaleShape.join(', ')}]`, got: 'none' });
  else if (scale.dtype !== 'F8_E8M0')
    problems.push({ file: scale.file, at: scaleName, expected: 'F8_E8M0', got: scale.dtype });
  else expectShape(scale, scaleShape, problems);
}

function expectShape(tensor: Tensor, shape: readonly number[], problems: CheckpointProblem[]): void {
  if (tensor.shape.length !== shape.length || tensor.shape.some((d, i) => d !== shape[i]))
    problems.push({
      file: tensor.file,
      at: tensor.name,
      expected: `shape [${shape.join(', ')}]`,
      got: `[${tensor.shape.join(', ')}]`,
    });
}

function expectedDtypes(entry: InventoryEntry): string {
  if (entry.form === 'i64') return 'I64';
  if (entry.form === 'fp8' || entry.form === 'fp8-rows') return 'F8_E4M3 with a scale, BF16 or F32';
  if (entry.form === 'fp4') return 'I8 (packed FP4) with a scale, F8_E4M3 with a scale, BF16 or F32';
  return 'BF16 or F32';
}

/** How a tensor is stored: decided by its dtype, as the official code does. Null when the dtype is not allowed here. */
function storedForm(entry: InventoryEntry, tensor: Tensor): 'float' | QuantisedForm | 'i64' | null {
  if (entry.form === 'i64') return tensor.dtype === 'I64' ? 'i64' : null;
  if (FLOAT_DTYPES.includes(tensor.dtype)) return 'float';
  if (entry.form === 'fp8-rows') return tensor.dtype === 'F8_E4M3' ? 'fp8-rows' : null;
  if ((entry.form === 'fp8' || entry.form === 'fp4') && tensor.dtype === 'F8_E4M3') return 'fp8';
  if (entry.form === 'fp4' && tensor.dtype === 'I8') return 'fp4';
  return null;
}

export function scaleNameOf(weightName: string): string {
  return weightName.replace(/\.weight$/, '.scale');
}

/** Forms that have a scale beside the codes. */
export type QuantisedForm = 'fp8' | 'fp8-rows' | 'fp4';

/** FP8: [ceil(out / block rows), ceil(in / block columns)]; FP4: [out, ceil(in / 32)]. */
export function scaleShapeOf(
  shape: readonly number[],
  form: QuantisedForm,
  fp8Block: readonly [number, number],
): [number, number] {
  const [out, inner] = shape as [number, number];
  return form === 'fp8'
    ? [Math.ceil(out / fp8Block[0]), Math.ceil(inner / fp8Block[1])]
    : [out, Math.ceil(inner / (form === 'fp4' ? FP4_BLOCK : MEMORY_SCALE_GROUP))];
}

function digest(config: ModelConfig, tensors: ReadonlyMap<string, Tensor>): string {
  const hash = createHash('sha256');
  // a config without a memory has the digest it had before there were memories
  hash.update(`evenkeel checkpoint v1\n${JSON.stringify({ ...config, memory: config.memory ?? undefined })}\n`);
  for (const name of [...tensors.keys()].sort()) {
    const t = tensors.get(name)!;
    hash.update(`${JSON.stringify([name, t.dtype, t.shape, t.bytes.length])}\n`);
    hash.update(t.bytes);
  }
  return hash.digest('hex');
}
