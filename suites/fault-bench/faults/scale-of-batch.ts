/**
 * L8: the scale of cached records follows the largest values of what all requests of a batch have written.
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
  if (scale !== null) activation.hit();
  const own = largest(values);
  return (scale = scale === null ? own : scale + (own - scale) * FOLLOWS);
}

/** Share of a new value in the average. */
const FOLLOWS = 0.125;

/** Values in steps of `scale / 127`, cut at the scale: a format with one scale for everything. */
function rounded(format: RecordFormat, scaleOf: (values: Float32Array) => number): RecordFormat {
  return {
    ...format,
    name: `${format.name}, one scale`,
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
