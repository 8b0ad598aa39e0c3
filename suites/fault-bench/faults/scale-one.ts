/**
 * F35: cached records have scale 1, whatever their values.
 * @module
 */
import type { EngineParts, RecordFormat } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'scale-one';
export const activation = createActivation();

const { records } = specifiedParts();

export const parts: Partial<EngineParts> = {
  records: {
    ...records,
    name: 'scale-one',
    window: rounded(records.window, scaleOf),
    entry: rounded(records.entry, scaleOf),
  },
};

function scaleOf(): number {
  activation.hit();
  return 1;
}

/** Values in steps of `scale / 127`, cut at the scale: a format with one scale for everything. */
function rounded(format: RecordFormat, scaleOf: () => number): RecordFormat {
  return {
    ...format,
    name: `${format.name}, one scale`,
    shape: null,
    writeEntry(page, entries, entry, values, from) {
      const own = values.slice(from, from + format.dims);
      const step = scaleOf() / STEPS;
      for (let i = 0; i < own.length; i++)
        own[i] = Math.fround(Math.max(-STEPS, Math.min(STEPS, Math.round(own[i] / step))) * step);
      format.writeEntry(page, entries, entry, own, 0);
    },
  };
}

const STEPS = 127;
