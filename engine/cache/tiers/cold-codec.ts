/**
 * Codecs of pages outside the hot tier: lossless, or NVFP4 recode of the entries' quantised columns (lossy, as a serving stack does
 * for cold pages; source: specification section 10.3, NVIDIA/TensorRT-LLM#18783).
 * @module
 */
import { decodeBf16, encodeBf16, v41MainFormat } from '../../formats/index.ts';
import type { PageLayout, PageSection } from '../page-layout.ts';

export interface ColdCodec {
  readonly name: string;
  /** Whether decode(encode(x)) has the bytes of x. */
  readonly lossless: boolean;
  encode(page: Uint8Array, layout: PageLayout): Uint8Array;
  decode(bytes: Uint8Array, layout: PageLayout): Uint8Array;
}

export const COLD_CODECS = ['lossless', 'nvfp4'] as const;
export type ColdCodecName = (typeof COLD_CODECS)[number];

export function createColdCodec(name: ColdCodecName): ColdCodec {
  return name === 'lossless' ? lossless : nvfp4;
}

const lossless: ColdCodec = { name: 'lossless', lossless: true, encode: (page) => page, decode: (bytes) => bytes };

/**
 * Main entries go through NVFP4 (e2m1 with an e4m3 scale per 16 columns) in all columns that are quantised; RoPE columns and index
 * keys keep their bytes. What comes back is encoded in the page's own format again.
 */
const nvfp4: ColdCodec = {
  name: 'nvfp4',
  lossless: false,
  encode(page, layout) {
    const parts = layout.sections.map((section) => {
      const bytes = page.subarray(section.at, section.at + section.bytes);
      return recodes(section) ? recode(bytes, section) : bytes;
    });
    return joined(parts);
  },
  decode(bytes, layout) {
    const page = new Uint8Array(layout.pageBytes);
    let at = 0;
    for (const section of layout.sections) {
      const length = recodes(section) ? recodedBytes(section) : section.bytes;
      const part = bytes.subarray(at, at + length);
      page.set(recodes(section) ? restore(part, section) : part, section.at);
      at += length;
    }
    return page;
  },
};

/** Columns kept as they are: the last 64 (RoPE) of a head that has more. */
const KEPT_COLUMNS = 64;
/** v4 holds them as bf16, so that two bytes are enough: 224 + 28 + 128 = 380 bytes an entry at the released size. */
const keptBytesPerColumn = (section: PageSection): number => (section.format.name === 'v4' ? 2 : 4);

const quantisedColumns = (section: PageSection): number => Math.max(0, section.format.dims - KEPT_COLUMNS);
const keptColumns = (section: PageSection): number => section.format.dims - quantisedColumns(section);

/** Main entries alone, and only where it saves bytes: four-bit records stay as they are. */
const recodes = (section: PageSection): boolean => section.kind === 'kv' && recodedBytes(section) < section.bytes;

function recodedBytes(section: PageSection): number {
  const columns = quantisedColumns(section);
  const packed = columns === 0 ? 0 : v41MainFormat(columns).bytesPerEntry;
  return section.entriesPerPage * (packed + keptColumns(section) * keptBytesPerColumn(section));
}

function recode(bytes: Uint8Array, section: PageSection): Uint8Array {
  const { format, entriesPerPage } = section;
  const columns = quantisedColumns(section);
  const values = format.unpack(bytes, entriesPerPage);
  const main = new Float32Array(entriesPerPage * columns);
  const kept = new Float32Array(entriesPerPage * keptColumns(section));
  for (let e = 0; e < entriesPerPage; e++) {
    main.set(values.subarray(e * format.dims, e * format.dims + columns), e * columns);
    kept.set(values.subarray(e * format.dims + columns, (e + 1) * format.dims), e * keptColumns(section));
  }
  const packed = columns === 0 ? new Uint8Array(0) : v41MainFormat(columns).pack(main);
  const keptBytes = keptBytesPerColumn(section) === 2 ? encodeBf16(kept).buffer : kept.buffer;
  return joined([packed, new Uint8Array(keptBytes)]);
}

function restore(bytes: Uint8Array, section: PageSection): Uint8Array {
  const { format, entriesPerPage } = section;
  const columns = quantisedColumns(section);
  const keptBytes = entriesPerPage * keptColumns(section) * keptBytesPerColumn(section);
  const main =
    columns === 0
      ? new Float32Array(0)
      : v41MainFormat(columns).unpack(bytes.subarray(0, bytes.length - keptBytes), entriesPerPage);
  const raw = bytes.slice(bytes.length - keptBytes).buffer;
  const kept = keptBytesPerColumn(section) === 2 ? decodeBf16(new Uint16Array(raw)) : new Float32Array(raw);
  const values = new Float32Array(entriesPerPage * format.dims);
  for (let e = 0; e < entriesPerPage; e++) {
    values.set(main.subarray(e * columns, (e + 1) * columns), e * format.dims);
    values.set(kept.subarray(e * keptColumns(section), (e + 1) * keptColumns(section)), e * format.dims + columns);
  }
  return format.pack(values);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
