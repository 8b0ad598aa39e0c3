/**
 * F12: the copy of a page outside the hot tier has codes without their scales.
 * @module
 */
import { createColdCodec } from '../../../engine/index.ts';
import type { EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'scale-not-persisted';
export const activation = createActivation();

/** The exponent code of scale 1. */
const SCALE_ONE = 127;

export const parts: Partial<EngineParts> = {
  coldCodec: {
    ...createColdCodec('lossless'),
    name: 'scale-not-persisted',
    encode(page, { sections }) {
      const copy = page.slice();
      for (const { format, at, entriesPerPage } of sections)
        for (let entry = 0; entry < entriesPerPage; entry++) {
          const scales = format.entryRanges(entriesPerPage, entry)[1];
          if (scales === undefined) continue;
          activation.hit();
          copy.fill(SCALE_ONE, at + scales[0], at + scales[1]);
        }
      return copy;
    },
  },
};
