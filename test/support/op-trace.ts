/**
 * The small engine with a listener: one request's trace, and parts that change one number by one unit in the last place.
 * @module
 */
import {
  buildCheckpoint,
  createEngine,
  createFingerprintTap,
  type Checkpoint,
  type EngineOptions,
  type EngineParts,
} from '../../engine/index.ts';
import type { TracedRequest } from '../../harness/diagnose/index.ts';

const built = new Map<string, Checkpoint>();

export function tinyCheckpoint(preset: 'v4-tiny' | 'v4-tiny-engram' = 'v4-tiny'): Checkpoint {
  const checkpoint = built.get(preset) ?? buildCheckpoint({ preset, seed: 'evenkeel' });
  built.set(preset, checkpoint);
  return checkpoint;
}

export function traceRequest(
  promptIds: readonly number[],
  options: EngineOptions = {},
  checkpoint = tinyCheckpoint(),
): TracedRequest {
  const { tap, fingerprints } = createFingerprintTap();
  const session = createEngine(checkpoint, { ...options, tap }).openSession();
  const [result] = session.run([{ id: 'watched', tokenIds: promptIds, maxTokens: 3, stopTokenIds: [] }]);
  session.close();
  return { results: fingerprints, tokenIds: [...promptIds, ...result.tokenIds], logits: new Map() };
}

/** The next float32 away from zero. */
function nextFloat(x: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, x);
  view.setInt32(0, view.getInt32(0) + 1);
  return view.getFloat32(0);
}

/** Adds one unit in the last place after the norm before attention (or the experts) of one layer, at one position. */
export function changedNorm({
  layer,
  before,
  position,
}: {
  readonly layer: number;
  readonly before: 'attn' | 'ffn';
  readonly position: number;
}): Partial<EngineParts> {
  const perStep = 2 * tinyCheckpoint().config.layers;
  let calls = 0;
  return {
    inputNorm: (x, weight, shape, sequence, kernels) => {
      kernels.rmsNorm(x, weight, x, shape);
      const here = calls++ % perStep === 2 * layer + (before === 'attn' ? 0 : 1);
      const row = position - sequence.start;
      if (!here || row < 0 || row >= shape.rows) return;
      for (let i = row * shape.width; i < (row + 1) * shape.width; i++) x[i] = nextFloat(x[i]);
    },
  };
}
