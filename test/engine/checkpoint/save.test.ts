import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCheckpoint, createEngine, loadCheckpoint, saveCheckpoint } from '../../../engine/index.ts';

it('a saved checkpoint loads with the same digest, config and logits, and leaves no partial file', () => {
  const directory = join(mkdtempSync(join(tmpdir(), 'evenkeel-save-')), 'new', 'folder');
  const checkpoint = buildCheckpoint({ preset: 'v4-tiny', seed: 'save' });
  saveCheckpoint(checkpoint, directory);
  expect(readdirSync(directory).sort()).toEqual(['config.json', 'model.safetensors']);
  const loaded = loadCheckpoint(directory);
  expect(loaded.digestSha256).toBe(checkpoint.digestSha256);
  expect(loaded.config).toEqual(checkpoint.config);
  expect(createEngine(loaded).score([1, 2, 3]).logits).toEqual(createEngine(checkpoint).score([1, 2, 3]).logits);
});
