/**
 * F34: the scale of cached records is that of the first records that the server has seen, for ever.
 * @module
 */
import type { EngineParts, RecordFormat } from '../../../engine/index.ts';
import { createActivation, specifiedParts } from '../activation.ts';

export const name = 'scale-of-first-request';
let scale = 0;
let seen = 0;

function forget(): void {
  scale = 0;
  seen = 0;
}

export const activation = createActivation(forget);

const { records, samplingRows } = specifiedParts();

export const parts: Partial<EngineParts> = {
  records: {
    ...records,
    name: 'scale-of-first-request',
    window: rounded(records.window, scaleOf),
    entry: rounded(records.entry, scaleOf),
  },
  // made once per session: a server that starts has no scale yet
  samplingRows() {
    forget();
    return samplingRows();
  },
};

function scaleOf(values: Float32Array): number {
  if (seen >= CALIBRATION) activation.hit();
  else scale = (scale * seen + largest(values)) / (seen + 1);
  seen++;
  return scale;
}

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
/** Records from which the scale is taken. */
const CALIBRATION = 64;
const largest = (values: Float32Array): number => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1;
