/**
 * The smallest ONNX model with one MatMul whose right side is a constant, as bytes: what a peer gets to multiply with.
 *
 * Source: onnx.proto (field numbers), ONNX operator set 13.
 * @module
 */

type Bytes = readonly number[];

const varint = (value: number): Bytes =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
const tag = (field: number, wire: number): Bytes => varint(field * 8 + wire);
const number = (field: number, value: number): Bytes => [...tag(field, 0), ...varint(value)];
const block = (field: number, bytes: Bytes): Bytes => [...tag(field, 2), ...varint(bytes.length), ...bytes];
const text = (field: number, value: string): Bytes => block(field, [...new TextEncoder().encode(value)]);

/** A graph's value: name, element type float (1), sizes. */
const valueInfo = (field: number, name: string, sizes: readonly number[]): Bytes => {
  const shape = sizes.flatMap((size) => block(1, number(1, size)));
  return block(field, [...text(1, name), ...block(2, block(1, [...number(1, 1), ...block(2, shape)]))]);
};

/** y [rows, out] = x [rows, k] * w; @param w - [k, out] f32, row-major */
export function onnxMatmul(rows: number, k: number, out: number, w: Float32Array): Uint8Array {
  const raw = new Uint8Array(w.buffer, w.byteOffset, w.byteLength);
  // TensorProto: dims 1, data_type 2, name 8, raw_data 9 (last, so that its bytes are appended and not copied one by one)
  const tensorHead = [
    ...number(1, k),
    ...number(1, out),
    ...number(2, 1),
    ...text(8, 'w'),
    ...tag(9, 2),
    ...varint(raw.length),
  ];
  const tensorBytes = tensorHead.length + raw.length;
  const node = block(1, [...text(1, 'x'), ...text(1, 'w'), ...text(2, 'y'), ...text(4, 'MatMul')]);
  const beforeTensor = [...node, ...text(2, 'g')];
  const afterTensor = [...valueInfo(11, 'x', [rows, k]), ...valueInfo(12, 'y', [rows, out])];
  const tensorTag = [...tag(5, 2), ...varint(tensorBytes)];
  const graphBytes = beforeTensor.length + tensorTag.length + tensorBytes + afterTensor.length;
  const head = [
    ...number(1, 8),
    ...block(8, number(2, 13)),
    ...tag(7, 2),
    ...varint(graphBytes),
    ...beforeTensor,
    ...tensorTag,
    ...tensorHead,
  ];
  const model = new Uint8Array(head.length + raw.length + afterTensor.length);
  model.set(head);
  model.set(raw, head.length);
  model.set(afterTensor, head.length + raw.length);
  return model;
}
