/**
 * Engram's arithmetic: how looked-up values enter the streams of a token. Float32, each row alone.
 *
 * V4.1 form: gate = sigmoid(copysign(sqrt(max(|dot|, 1e-6)), dot)) with dot = <x * qWeight * kWeight, key> * rstd(x) * rstd(key) / sqrt(D);
 * streams += gate * value. Paper form: the same with norms of their own, sign(0) = 0, biases, and a short causal convolution.
 * Order of a dot product: four lanes, lane i sums d = i, i + 4, ... ascending; (l0 + l1) + (l2 + l3).
 * Source: specification sections 12.7 and 12.8; deepseek-ai/Engram engram_demo_v1.py@11a020e; test/golden/engram.
 * @module
 */
import { sigmoidF32 } from '../formats/index.ts';
import { inverseRms, rmsNorm } from '../kernels/index.ts';

const f32 = Math.fround;
const DOT_FLOOR = f32(1e-6);
/** torch.finfo(float32).eps: the default of nn.RMSNorm. */
const TORCH_EPS = 1.1920928955078125e-7;
const CONV_EPS = 1e-5;

export interface StreamShape {
  readonly rows: number;
  readonly hcMult: number;
  readonly width: number;
}

/** A part: the gate of one (row, stream) from its scaled dot product. `row` is its place in the step. */
export type MemoryGate = (
  dot: number,
  place: { readonly row: number; readonly stream: number; readonly rows: number },
) => number;

export const v41Gate: MemoryGate = (dot) => {
  const root = f32(Math.sqrt(Math.max(Math.abs(dot), DOT_FLOOR)));
  // copysign: -0 gives a negative root
  return sigmoidF32(dot < 0 || Object.is(dot, -0) ? -root : root);
};

export const paperGate: MemoryGate = (dot) =>
  sigmoidF32(f32(Math.sign(dot) * f32(Math.sqrt(Math.max(Math.abs(dot), DOT_FLOOR)))));

function dotProduct(term: (d: number) => number, width: number): number {
  const lanes = [0, 0, 0, 0];
  for (let d = 0; d < width; d++) lanes[d % 4] = f32(lanes[d % 4] + term(d));
  return f32(f32(lanes[0] + lanes[1]) + f32(lanes[2] + lanes[3]));
}

export interface V41GateWeights {
  /** [hcMult, D] each */
  readonly q: Float32Array;
  readonly k: Float32Array;
}

/**
 * @param streams - [rows, hcMult, D] f32, changed in place
 * @param projected - [rows, (hcMult + 1) * D] f32: hcMult keys, then the shared value
 */
export function addMemoryV41(
  streams: Float32Array,
  projected: Float32Array,
  w: V41GateWeights,
  shape: StreamShape & { readonly eps: number },
  gate: MemoryGate,
): void {
  const { rows, hcMult, width: D, eps } = shape;
  const scale = f32(1 / Math.sqrt(D));
  for (let row = 0; row < rows; row++) {
    const base = row * (hcMult + 1) * D;
    const value = base + hcMult * D;
    for (let g = 0; g < hcMult; g++) {
      const x = (row * hcMult + g) * D;
      const key = base + g * D;
      const raw = dotProduct(
        (d) => f32(f32(streams[x + d] * f32(w.q[g * D + d] * w.k[g * D + d])) * projected[key + d]),
        D,
      );
      const rstdX = inverseRms(streams, x, D, eps);
      const rstdK = inverseRms(projected, key, D, eps);
      const weight = gate(f32(f32(f32(raw * rstdX) * rstdK) * scale), { row, stream: g, rows });
      for (let d = 0; d < D; d++) streams[x + d] = f32(streams[x + d] + f32(weight * projected[value + d]));
    }
  }
}

export interface PaperWeights {
  /** Norm weights [hcMult][D]: of keys, of queries, before the convolution. */
  readonly keyNorm: readonly Float32Array[];
  readonly queryNorm: readonly Float32Array[];
  readonly convNorm: readonly Float32Array[];
  /** [hcMult * D, kernel]: tap 0 is the oldest */
  readonly conv: Float32Array;
  readonly kernel: number;
  readonly dilation: number;
}

/** The rows of the normed value that the convolution still needs: [(kernel - 1) * dilation, hcMult * D], by position. */
export interface ConvTail {
  readonly rows: Float32Array;
}

export const convTailRows = ({ kernel, dilation }: Pick<PaperWeights, 'kernel' | 'dilation'>): number =>
  (kernel - 1) * dilation;

/**
 * The gated value v and SiLU(conv(norm(v))) of one token, in all streams.
 *
 * @param streams - [rows, hcMult, D]; row `row` is read
 * @param keys - [hcMult][D] keys of the token, biases added
 * @param value - [D], bias added
 * @param out - [hcMult, D], written: what is added to the streams
 * @param beforeWrite - called before the tail row of this position is replaced
 */
export function memoryPaper(
  streams: Float32Array,
  row: number,
  keys: readonly Float32Array[],
  value: Float32Array,
  position: number,
  tail: ConvTail,
  w: PaperWeights,
  shape: StreamShape,
  gate: MemoryGate,
  out: Float32Array,
  beforeWrite: (from: number, to: number) => void,
): void {
  const { hcMult, width: D, rows } = shape;
  const root = f32(Math.sqrt(D));
  const normed = new Float32Array(hcMult * D);
  const k = new Float32Array(D);
  const q = new Float32Array(D);
  for (let g = 0; g < hcMult; g++) {
    const x = (row * hcMult + g) * D;
    const norm = { rows: 1, width: D, eps: TORCH_EPS };
    rmsNorm(keys[g], w.keyNorm[g], k, norm);
    rmsNorm(streams.subarray(x, x + D), w.queryNorm[g], q, norm);
    const dot = f32(dotProduct((d) => f32(k[d] * q[d]), D) / root);
    const alpha = gate(dot, { row, stream: g, rows });
    for (let d = 0; d < D; d++) out[g * D + d] = f32(alpha * value[d]);
    const own = out.subarray(g * D, (g + 1) * D);
    rmsNorm(own, w.convNorm[g], normed.subarray(g * D, (g + 1) * D), { rows: 1, width: D, eps: CONV_EPS });
  }
  const width = hcMult * D;
  const length = convTailRows(w);
  for (let c = 0; c < width; c++) {
    let sum = 0;
    for (let tap = 0; tap < w.kernel; tap++) {
      const at = position - (w.kernel - 1 - tap) * w.dilation;
      if (at < 0) continue;
      const x = at === position ? normed[c] : tail.rows[(at % length) * width + c];
      sum = f32(sum + f32(w.conv[c * w.kernel + tap] * x));
    }
    out[c] = f32(out[c] + f32(sum * sigmoidF32(sum)));
  }
  if (length === 0) return;
  const slot = (position % length) * width;
  beforeWrite(slot, slot + width);
  tail.rows.set(normed, slot);
}
