/**
 * Sizes of the tensor types of GGUF: values in a block, and bytes of a block. Needed to know where a file must end.
 * Source: the GGUF format (ggml-org/ggml docs/gguf.md) and the block layouts of ggml (src/ggml-common.h).
 * @module
 */

interface TensorType {
  readonly name: string;
  readonly values: number;
  readonly bytes: number;
}

const row = (name: string, values: number, bytes: number): TensorType => ({ name, values, bytes });

/** By the number in the file. A type that is not here is newer than this table: its tensors' ends are not checked. */
// prettier-ignore
export const TENSOR_TYPES: ReadonlyMap<number, TensorType> = new Map([
  [0, row('F32', 1, 4)], [1, row('F16', 1, 2)],
  [2, row('Q4_0', 32, 18)], [3, row('Q4_1', 32, 20)], [6, row('Q5_0', 32, 22)], [7, row('Q5_1', 32, 24)],
  [8, row('Q8_0', 32, 34)], [9, row('Q8_1', 32, 36)],
  [10, row('Q2_K', 256, 84)], [11, row('Q3_K', 256, 110)], [12, row('Q4_K', 256, 144)],
  [13, row('Q5_K', 256, 176)], [14, row('Q6_K', 256, 210)], [15, row('Q8_K', 256, 292)],
  [16, row('IQ2_XXS', 256, 66)], [17, row('IQ2_XS', 256, 74)], [18, row('IQ3_XXS', 256, 98)],
  [19, row('IQ1_S', 256, 50)], [20, row('IQ4_NL', 32, 18)], [21, row('IQ3_S', 256, 110)],
  [22, row('IQ2_S', 256, 82)], [23, row('IQ4_XS', 256, 136)],
  [24, row('I8', 1, 1)], [25, row('I16', 1, 2)], [26, row('I32', 1, 4)], [27, row('I64', 1, 8)], [28, row('F64', 1, 8)],
  [29, row('IQ1_M', 256, 56)], [30, row('BF16', 1, 2)],
  [34, row('TQ1_0', 256, 54)], [35, row('TQ2_0', 256, 66)], [39, row('MXFP4', 32, 17)],
]);
