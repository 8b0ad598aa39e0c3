/**
 * Stored tensors as float32.
 * @module
 */
import { decodeBf16, decodeE4m3, decodeUe8m0, unpackE2m1 } from '../formats/index.ts';
import { FP4_BLOCK } from './inventory.ts';
import type { Tensor } from './safetensors.ts';

/** Every stored dtype to float32; quantised ones are multiplied by their block's power-of-two scale (exact). */
export function dequantise(
  tensor: Tensor,
  scale: Tensor | undefined,
  fp8Block: readonly [number, number],
): Float32Array {
  switch (tensor.dtype) {
    case 'F32': {
      const copy = tensor.bytes.slice();
      return new Float32Array(copy.buffer, 0, copy.length / 4);
    }
    case 'BF16': {
      const copy = tensor.bytes.slice();
      return decodeBf16(new Uint16Array(copy.buffer, 0, copy.length / 2));
    }
    case 'F8_E4M3':
      return applyScales(decodeE4m3(tensor.bytes), tensor, scale, fp8Block);
    case 'I8':
      return applyScales(unpackE2m1(tensor.bytes), tensor, scale, [1, FP4_BLOCK]);
    default:
      throw new RangeError(`${tensor.name}: expected a float or quantised dtype, got ${tensor.dtype}`);
  }
}

function applyScales(
  values: Float32Array,
  tensor: Tensor,
  scale: Tensor | undefined,
  [rowBlock, colBlock]: readonly [number, number],
): Float32Array {
  if (scale === undefined) throw new Error(`invariant: the inventory check let the scale of ${tensor.name} be missing`);
  const factors = decodeUe8m0(scale.bytes);
  const rows = tensor.shape[0];
  const cols = values.length / rows;
  const scaleCols = scale.shape[1];
  for (let r = 0; r < rows; r++) {
    const base = Math.floor(r / rowBlock) * scaleCols;
    for (let c = 0; c < cols; c++)
      values[r * cols + c] = values[r * cols + c] * factors[base + Math.floor(c / colBlock)];
  }
  return values;
}
