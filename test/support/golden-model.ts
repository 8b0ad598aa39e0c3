/**
 * Golden model outputs: which checkpoints, modes and prompts a dsv4 folder holds, read from its file names and tensor names.
 * @module
 */
import { readFileSync } from 'node:fs';
import { createEngine, loadCheckpoint } from '../../engine/index.ts';
import type { Engine, EngineOptions, PrecisionMode } from '../../engine/index.ts';
import { goldenFiles, readSafetensors } from './golden.ts';
import type { GoldenSafetensors } from './golden.ts';

/** Mode names of the golden files and the engine's own. `bf16_kvq` is informative only (README) and not here. */
const MODES: Readonly<Record<string, PrecisionMode>> = { f32: 'f32', f32_kvq: 'f32-kvq', f32_w8a8: 'w8a8' };

export interface GoldenModel {
  readonly name: string;
  readonly golden: GoldenSafetensors;
  engine(mode: string, options?: EngineOptions): Engine;
  readonly prompts: readonly { readonly mode: string; readonly prompt: string }[];
  readonly decodes: readonly {
    readonly mode: string;
    readonly prompt: string;
    readonly prefill: number;
    readonly steps: number;
  }[];
}

export function goldenModels(): GoldenModel[] {
  return goldenFiles('dsv4', /\.golden\.safetensors$/).map((file) => {
    const stem = file.replace(/\.golden\.safetensors$/, '');
    const checkpoint = loadCheckpoint({ weights: `${stem}.safetensors`, config: `${stem}.config.json` });
    const golden = readSafetensors(file);
    const meta = JSON.parse(readFileSync(`${stem}.meta.json`, 'utf8')) as Record<string, unknown>;
    const names = [...golden.tensors.keys()];
    return {
      name: stem.split('/').pop() ?? stem,
      golden,
      engine: (mode, options = {}) => createEngine(checkpoint, { precision: MODES[mode], ...options }),
      prompts: names.flatMap((n) => {
        const match = /^(\w+)\.(p\d+)\.logits$/.exec(n);
        return match !== null && match[1] in MODES ? [{ mode: match[1], prompt: match[2] }] : [];
      }),
      decodes: Object.entries(meta).flatMap(([key, value]) => {
        const mode = /^(\w+)\.decode$/.exec(key)?.[1];
        if (mode === undefined || !(mode in MODES)) return [];
        const { prompt, prefill_len, decode_steps } = value as {
          prompt: string;
          prefill_len: number;
          decode_steps: number;
        };
        return [{ mode, prompt, prefill: prefill_len, steps: decode_steps }];
      }),
    };
  });
}

/** Largest absolute difference; Infinity when the lengths differ or a value is not finite. */
export function maxAbsDiff(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Infinity;
  let max = 0;
  for (let i = 0; i < got.length; i++) {
    const diff = Math.abs(got[i] - want[i]);
    if (!(diff <= max)) max = Number.isNaN(diff) ? Infinity : diff;
  }
  return max;
}
