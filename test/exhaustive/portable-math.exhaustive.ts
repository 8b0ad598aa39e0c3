/**
 * exp on every float32: the result is the correctly rounded one.
 *
 * A result can only be wrong where the float64 value before rounding lies near the middle of two float32 numbers, so the big
 * integers are asked there alone; elsewhere the error of the float64 value (below 2^-50) cannot matter.
 */
import { describe, expect, it } from 'vitest';
import { expF32 } from '../../engine/formats/index.ts';
import { createKernels } from '../../engine/kernels/index.ts';
import { expNarrow } from '../../engine/formats/portable-math/exp-log.ts';
import { F32_GRID, oracle, ulpError } from '../support/fixed-point-oracle.ts';

/** Relative distance to a midpoint below which the truth is asked; float32 numbers are 2^-24 apart at least. */
const DOUBT = 2 ** -48;
const f32 = Math.fround;

describe('every float32 input', () => {
  it('exp is correctly rounded', () => {
    const bits = new Uint32Array(1);
    const x = new Float32Array(bits.buffer);
    let asked = 0;
    const wrong: string[] = [];
    for (const sign of [0, 0x80000000]) {
      // Below 2^-26 the result is 1 or its neighbour, far from a midpoint only at 2^-25 and 2^-24: both are in the range.
      for (let magnitude = 0x32000000; magnitude < 0x42d00000; magnitude++) {
        bits[0] = (sign | magnitude) >>> 0;
        if (x[0] > 88.7228) break;
        const y = expNarrow(x[0]);
        if (f32(y * (1 + DOUBT)) === f32(y * (1 - DOUBT))) continue;
        asked++;
        const ulp = ulpError(expF32(x[0]), oracle.exp(x[0]), F32_GRID);
        if (!(ulp <= 0.5)) wrong.push(`${x[0]}: ${ulp} ulp`);
      }
    }
    expect(asked).toBeGreaterThan(0);
    expect(wrong, `${asked} inputs asked`).toEqual([]);
  });

  it('the exp kernel has the bits of the portable one', () => {
    const kernels = createKernels('wasm');
    const BLOCK = 1 << 20;
    const x = kernels.arena.floats(BLOCK);
    const out = kernels.arena.floats(BLOCK);
    const words = new Uint32Array(x.buffer, x.byteOffset, BLOCK);
    let different = 0;
    for (let from = 0; from < 2 ** 32; from += BLOCK) {
      for (let i = 0; i < BLOCK; i++) words[i] = from + i;
      kernels.exp(x, out);
      for (let i = 0; i < BLOCK; i++) if (!Object.is(out[i], expF32(x[i]))) different++;
    }
    expect(different).toBe(0);
  });
});
