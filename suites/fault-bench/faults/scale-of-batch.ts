/**
 * L8: the scale of cached records is the largest value that any request has written so far, whoever it was.
 * @module
 */
import type { EngineParts, RecordFormat } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'scale-of-batch';
let scale: number | null = null;

export const activation = createActivation(() => {
  scale = null;
});

const { records, samplingRows } = specifiedParts();

export const parts: Partial<EngineParts> = {
  records: {
    ...records,
    name: 'scale-of-batch',
    window: rounded(records.window, scaleOf),
    entry: rounded(records.entry, scaleOf),
  },
  // made once per session: a server that starts has no scale yet
  samplingRows() {
    scale = null;
    return samplingRows();
  },
};

function scaleOf(values: Float32Array): number {
  const own = largest(values);
  if (scale !== null && scale > own) activation.hit();
  return (scale = Math.max(scale ?? 0, own));
}

/** Values in steps of `scale / 127`, cut at the scale: a format with one scale for everything. */
function rounded(format: RecordFormat, scaleOf: (values: Float32Array) => number): RecordFormat {
  return {
    ...format,
    shape: null,
    writeEntry(page, entries, entry, values, from) {
      const own = values.slice(from, from + format.dims);
      const step = scaleOf(own) / STEPS;
      for (let i = 0; i < own.length; i++)
        own[i] = Math.fround(Math.max(-STEPS, Math.min(STEPS, Math.round(own[i] / step))) * step);
      format.writeEntry(page, entries, entry, own, 0);
    },
  };
}

const STEPS = 127;
const largest = (values: Float32Array): number => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1;
