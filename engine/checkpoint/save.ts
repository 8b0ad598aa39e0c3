/**
 * Writes a checkpoint in the released format: config.json and one safetensors file.
 * @module
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint } from './checkpoint.ts';
import { writeSafetensors } from './safetensors.ts';

/**
 * Creates the directory if needed. Each file is written beside its name and renamed, so that a reader never sees half of it.
 * Loading the directory again gives the same digest.
 */
export function saveCheckpoint(checkpoint: Checkpoint, directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeWhole(
    join(directory, 'model.safetensors'),
    writeSafetensors([...checkpoint.tensors.values()], { format: 'pt' }),
  );
  writeWhole(join(directory, 'config.json'), `${JSON.stringify(checkpoint.rawConfig, null, 2)}\n`);
}

function writeWhole(path: string, content: Uint8Array | string): void {
  writeFileSync(`${path}.partial`, content);
  renameSync(`${path}.partial`, path);
}
