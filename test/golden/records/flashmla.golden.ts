import { describe, expect, it } from 'vitest';
import { formats, records } from '../../../engine/formats/index.ts';
import type { RecordFormat } from '../../../engine/formats/index.ts';
import { goldenFiles, isOwnGolden, readBytes, readJson } from '../../support/golden.ts';

interface Entry {
  readonly file: string;
  readonly layout: string;
  readonly num_blocks: number;
  readonly block_size: number;
  readonly d: number;
  readonly bytes_per_token: number;
  readonly page_stride_bytes: number;
}

const FORMAT_OF_LAYOUT: Record<string, RecordFormat> = { v32_656: records.v32, model1_584: records.v4 };

/** Which bytes of a page mean something: upstream leaves the padding undefined. */
function meaningful(entry: Entry): (at: number) => boolean {
  if (entry.layout === 'v32_656') return () => true;
  const n = entry.block_size;
  return (at) => at < n * 576 || (at < n * 584 && (at - n * 576) % 8 !== 7);
}

const manifests = goldenFiles('flashmla', /^manifest\.json$/);
const entries = manifests.flatMap((path) => readJson<Entry[]>(path));
const bf16Of = (file: string): Uint16Array => new Uint16Array(readBytes(file).buffer);

describe('records against FlashMLA quantize_k_cache', () => {
  it.runIf(isOwnGolden())('has files', () => expect(entries.length).toBeGreaterThan(0));

  describe.each(entries)('$file', (entry) => {
    const format = FORMAT_OF_LAYOUT[entry.layout];
    if (format === undefined) throw new Error(`no record format for layout ${entry.layout}`);
    const source = formats.bf16.decode(bf16Of(`flashmla/${entry.file}.src.bf16le.bin`));
    const packed = readBytes(`flashmla/${entry.file}.packed.u8.bin`);
    const perPage = entry.block_size * entry.d;
    const pages = Array.from({ length: entry.num_blocks }, (_, b) => b);

    it('has the sizes of the format', () => {
      expect(format.dims).toBe(entry.d);
      expect(format.bytesPerEntry).toBe(entry.bytes_per_token);
      expect(format.pageBytes(entry.block_size)).toBe(entry.page_stride_bytes);
    });

    it('packs to the same bytes with scale rule scale-floor, padding aside', () => {
      const isMeaningful = meaningful(entry);
      for (const b of pages) {
        const page = format.pack(source.subarray(b * perPage, (b + 1) * perPage), { scaleRule: 'scale-floor' });
        const expected = packed.subarray(b * entry.page_stride_bytes, (b + 1) * entry.page_stride_bytes);
        const different = Array.from(page.keys()).filter((at) => isMeaningful(at) && page[at] !== expected[at]);
        expect(different, `page ${b}`).toEqual([]);
        const padding = Array.from(page.keys()).filter((at) => !isMeaningful(at) && page[at] !== 0);
        expect(padding, `padding of page ${b}`).toEqual([]);
      }
    });

    it('unpacks to the same bf16 bits', () => {
      const expected = bf16Of(`flashmla/${entry.file}.dequant.bf16le.bin`);
      for (const b of pages) {
        const page = packed.subarray(b * entry.page_stride_bytes, (b + 1) * entry.page_stride_bytes);
        const got = formats.bf16.encode(format.unpack(page, entry.block_size));
        expect(
          Buffer.from(got.buffer).equals(Buffer.from(expected.slice(b * perPage, (b + 1) * perPage).buffer)),
          `page ${b}`,
        ).toBe(true);
      }
    });
  });
});
