import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  loadCheckpoint,
  presetConfig,
  seededTensors,
  writeSafetensors,
  type TensorToWrite,
} from '../../../engine/index.ts';
import { buildCheckpoint } from '../../../engine/index.ts';

const config = presetConfig('v4-tiny');
const tensors = seededTensors({ preset: 'v4-tiny', seed: 'load' });
const folder = (files: Record<string, string | Uint8Array>): string => {
  const path = mkdtempSync(join(tmpdir(), 'evenkeel-load-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
};
const changed = (name: string, change: (t: TensorToWrite) => TensorToWrite | null): Uint8Array =>
  writeSafetensors(tensors.flatMap((t) => (t.name === name ? (change(t) ?? []) : t)));
const load = (weights: Uint8Array): unknown => loadCheckpoint({ weights, config });

describe('loading a checkpoint', () => {
  const half = Math.floor(tensors.length / 2);
  const shards = { 'one.safetensors': tensors.slice(0, half), 'two.safetensors': tensors.slice(half) };
  const shardFiles = Object.fromEntries(Object.entries(shards).map(([name, list]) => [name, writeSafetensors(list)]));
  const weightMap = Object.fromEntries(
    Object.entries(shards).flatMap(([file, list]) => list.map((t) => [t.name, file])),
  );
  const index = (map: object): string => JSON.stringify({ metadata: {}, weight_map: map });
  const configText = JSON.stringify(config);

  it('gives the same digest from memory, from one file and from shards', () => {
    const { digestSha256 } = buildCheckpoint({ preset: 'v4-tiny', seed: 'load' });
    const single = folder({ 'config.json': configText, 'model.safetensors': writeSafetensors(tensors) });
    const sharded = folder({
      'config.json': configText,
      'model.safetensors.index.json': index(weightMap),
      ...shardFiles,
    });
    expect(loadCheckpoint(single).digestSha256).toBe(digestSha256);
    expect(loadCheckpoint(sharded).digestSha256).toBe(digestSha256);
  });

  it.each([
    ['a missing shard', { ...weightMap, 'embed.weight': 'three.safetensors' }, /three\.safetensors.*a readable file/],
    [
      'a tensor in another shard',
      { ...weightMap, 'embed.weight': 'two.safetensors' },
      /embed\.weight.*two\.safetensors.*got one/,
    ],
    ['a shard outside the folder', { ...weightMap, 'embed.weight': '../one.safetensors' }, /beside the index/],
    ['an index without a map', 7, /weight_map/],
  ])('refuses %s', (_, map, message) => {
    const path = folder({
      'config.json': configText,
      'model.safetensors.index.json': index(map as object),
      ...shardFiles,
    });
    expect(() => loadCheckpoint(path)).toThrow(message);
  });

  it('says what a folder lacks', () => {
    expect(() => loadCheckpoint('/no/such/folder')).toThrow(/expected a directory/);
    expect(() => loadCheckpoint(folder({}))).toThrow(/model\.safetensors: expected a readable file, got ENOENT/);
    const noConfig = folder({ 'model.safetensors': writeSafetensors(tensors) });
    expect(() => loadCheckpoint(noConfig)).toThrow(/config\.json: expected a readable file/);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a missing tensor', changed('norm.weight', () => null), /norm\.weight: expected a tensor \[128\], got none/],
    [
      'an unknown tensor',
      changed('norm.weight', (t) => ({ ...t, name: 'norm.weights' })),
      /norm\.weights: .*got an unknown name/,
    ],
    [
      'a wrong shape',
      changed('norm.weight', (t) => ({ ...t, shape: [2, 64] })),
      /norm\.weight: expected shape \[128\], got \[2, 64\]/,
    ],
    [
      'a wrong dtype',
      changed('norm.weight', (t) => ({ ...t, dtype: 'I8', bytes: t.bytes.subarray(0, 128) })),
      /norm\.weight: expected BF16 or F32, got I8/,
    ],
    [
      'a missing scale',
      changed('layers.0.attn.wkv.scale', () => null),
      /layers\.0\.attn\.wkv\.scale: expected F8_E8M0 \[4, 1\], got none/,
    ],
  ])('refuses %s, naming file, tensor, expected and got', (_, weights, message) => {
    expect(() => load(weights)).toThrow(message);
  });

  it('tells every problem at once', () => {
    const weights = writeSafetensors(tensors.filter(({ name }) => !['norm.weight', 'head.weight'].includes(name)));
    expect(() => load(weights)).toThrow(/head\.weight[^]*norm\.weight/);
  });

  it('reports every wrong key of a config', () => {
    const wrong = { ...config, hidden_size: '128', o_groups: 3, model_type: 'llama' };
    expect(() => loadCheckpoint({ weights: writeSafetensors(tensors), config: wrong })).toThrow(
      /model_type[^]*hidden_size: expected an integer >= 1, got "128"/,
    );
  });
});
