/**
 * KV bytes per token of long contexts, from the layer schedule and the record sizes: the published numbers as a self-check.
 *
 * Windows and compressor state do not grow with the context and are left out, as in the published numbers.
 * Source: specification section 21.
 * @module
 */
import { indexer, v41Main } from './fp4-entries.ts';
import { v4 } from './fp8-page-split.ts';
import { v32 } from './v32.ts';

/** The ratio whose layers have an indexer. */
const CSA_RATIO = 4;
/** V3.2 indexer key: 128 e4m3 and one f32 scale. */
const V32_INDEXER_BYTES = 132;

export type KvSchedule =
  | {
      readonly kind: 'v4';
      /** One ratio per layer (an MTP tail may follow): 0 window only, 4 with an indexer, others without. */
      readonly compressRatios: readonly number[];
    }
  | { readonly kind: 'v32'; readonly layers: number }
  | {
      readonly kind: 'v41';
      /** The ratio of each layer that owns compressed entries and indexer keys; other layers reuse them. */
      readonly sourceRatios: readonly number[];
    };

/** Bytes per token of context. @throws RangeError on a negative or fractional ratio */
export function kvBytesPerToken(schedule: KvSchedule): number {
  switch (schedule.kind) {
    case 'v4':
      return sum(schedule.compressRatios, (r) =>
        r === 0 ? 0 : (v4.bytesPerEntry + (r === CSA_RATIO ? indexer.bytesPerEntry : 0)) / r,
      );
    case 'v32':
      return schedule.layers * (v32.bytesPerEntry + V32_INDEXER_BYTES);
    case 'v41':
      return sum(schedule.sourceRatios, (r) => (r === 0 ? 0 : (v41Main.bytesPerEntry + indexer.bytesPerEntry) / r));
  }
}

function sum(ratios: readonly number[], bytesOf: (ratio: number) => number): number {
  let total = 0;
  for (const ratio of ratios) {
    if (!Number.isInteger(ratio) || ratio < 0)
      throw new RangeError(`kvBytesPerToken: expected a ratio of 0 or more, got ${ratio}`);
    total += bytesOf(ratio);
  }
  return total;
}
