/**
 * Rotary position embedding on interleaved pairs (x[2i], x[2i + 1]), with YaRN on compressed layers.
 *
 * Tables: angle = f32(position * inverse frequency), cos and sin correctly rounded from it; made on demand, position by position.
 * YaRN is applied whenever it is configured, whatever the sequence length, and without a softmax factor (specification section 5).
 * @module
 */
import { cosF32, exp64, log64, sinF32 } from '../formats/index.ts';

const f32 = Math.fround;

export interface YarnOptions {
  readonly factor: number;
  readonly betaFast: number;
  readonly betaSlow: number;
  readonly originalMaxPositions: number;
}

const PI = 3.141592653589793;
const SPREAD_OF_EMPTY_RAMP = 0.001;

/** theta^(-2i / dim) for i = 0 .. dim / 2 - 1, each step rounded to float32 as the official code does. */
export function inverseFrequencies(theta: number, dim: number, yarn: YarnOptions | null): Float32Array {
  const out = new Float32Array(dim / 2);
  const logTheta = log64(theta);
  for (let i = 0; i < out.length; i++) out[i] = f32(1 / f32(exp64(f32((2 * i) / dim) * logTheta)));
  if (yarn === null) return out;
  const { low, high } = yarnCorners(theta, dim, yarn);
  const span = low === high ? SPREAD_OF_EMPTY_RAMP : high - low;
  for (let i = 0; i < out.length; i++) {
    const ramp = f32(Math.min(1, Math.max(0, f32(f32(i - low) / span))));
    const smooth = f32(1 - ramp);
    const f = out[i];
    out[i] = f32(f32(f32(f / yarn.factor) * f32(1 - smooth)) + f32(f * smooth));
  }
  return out;
}

/** The dimension indices between which YaRN blends; golden: theta 160000, original 65536, dim 64 -> 15 and 25. */
export function yarnCorners(theta: number, dim: number, yarn: YarnOptions): { low: number; high: number } {
  const corner = (rotations: number): number =>
    (dim * log64(yarn.originalMaxPositions / (rotations * 2 * PI))) / (2 * log64(theta));
  return {
    low: Math.max(Math.floor(corner(yarn.betaFast)), 0),
    high: Math.min(Math.ceil(corner(yarn.betaSlow)), dim - 1),
  };
}

const TABLE_STEP = 256;

/** cos and sin of every position so far asked for. */
export class RopeTable {
  /** Pairs per vector. */
  readonly half: number;
  private readonly frequencies: Float32Array;
  private readonly keep: (x: Float32Array) => Float32Array;
  /** [positions so far, half] each */
  cosines: Float32Array = new Float32Array(0);
  sines: Float32Array = new Float32Array(0);
  private positions = 0;

  /** @param keep - puts a table where the kernels read it */
  constructor(frequencies: Float32Array, keep: (x: Float32Array) => Float32Array = (x) => x) {
    this.frequencies = frequencies;
    this.half = frequencies.length;
    this.keep = keep;
  }

  /** Fills the table up to and including a position. */
  ensure(position: number): void {
    if (position < this.positions) return;
    const half = this.frequencies.length;
    const positions = Math.max(this.positions * 2, Math.ceil((position + 1) / TABLE_STEP) * TABLE_STEP);
    const cosines = new Float32Array(positions * half);
    const sines = new Float32Array(positions * half);
    cosines.set(this.cosines);
    sines.set(this.sines);
    for (let p = this.positions; p < positions; p++)
      for (let i = 0; i < half; i++) {
        const angle = f32(p * this.frequencies[i]);
        cosines[p * half + i] = cosF32(angle);
        sines[p * half + i] = sinF32(angle);
      }
    this.cosines = this.keep(cosines);
    this.sines = this.keep(sines);
    this.positions = positions;
  }

  /** [dim / 2] each: copies, for tests and tools. */
  at(position: number): { cos: Float32Array; sin: Float32Array } {
    this.ensure(position);
    const half = this.frequencies.length;
    return {
      cos: this.cosines.slice(position * half, (position + 1) * half),
      sin: this.sines.slice(position * half, (position + 1) * half),
    };
  }
}
