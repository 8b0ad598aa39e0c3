/**
 * GGUF files for tests, written value by value, so that any of it can be wrong.
 * @module
 */

/** A metadata value: its type's number and its bytes. */
export type GgufValue = readonly [type: number, bytes: Buffer];

const sized = (size: number, write: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.alloc(size);
  write(bytes);
  return bytes;
};
export const u32 = (value: number): Buffer => sized(4, (b) => b.writeUInt32LE(value));
export const u64 = (value: bigint | number): Buffer => sized(8, (b) => b.writeBigUInt64LE(BigInt(value)));
export const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
export const textValue = (value: string): GgufValue => [8, text(value)];
export const u32Value = (value: number): GgufValue => [4, u32(value)];
const textList = (values: readonly string[]): GgufValue => [
  9,
  Buffer.concat([u32(8), u64(values.length), ...values.map(text)]),
];

export interface GgufParts {
  readonly magic?: string;
  readonly version?: number;
  readonly tensorCount?: bigint;
  readonly keyCount?: bigint;
  readonly metadata?: readonly (readonly [key: string, value: GgufValue])[];
  readonly tensor?: { readonly shape?: readonly bigint[]; readonly type?: number; readonly offset?: bigint };
  readonly dataBytes?: number;
}

export const METADATA: readonly (readonly [string, GgufValue])[] = [
  ['general.architecture', textValue('test')],
  ['general.name', textValue('a small file')],
  ['test.context_length', u32Value(128)],
  ['tokenizer.ggml.tokens', textList(Array.from({ length: 260 }, (_, id) => `t${id}`))],
];

/** One tensor of 8 float32 values, unless the parts say otherwise. */
export function ggufFile(parts: GgufParts = {}): Buffer {
  const { magic = 'GGUF', version = 3, metadata = METADATA, tensor = {}, dataBytes = 32 } = parts;
  const { shape = [8n], type = 0, offset = 0n } = tensor;
  const header = Buffer.concat([
    Buffer.from(magic, 'latin1'),
    u32(version),
    u64(parts.tensorCount ?? 1n),
    u64(parts.keyCount ?? metadata.length),
    ...metadata.flatMap(([key, [valueType, bytes]]) => [text(key), u32(valueType), bytes]),
    text('weights'),
    u32(shape.length),
    ...shape.map(u64),
    u32(type),
    u64(offset),
  ]);
  return Buffer.concat([header, Buffer.alloc(((32 - (header.length % 32)) % 32) + dataBytes)]);
}
