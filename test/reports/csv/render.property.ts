import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCsv } from '../../../reports/csv/index.ts';
import {
  createSource,
  hostileText,
  readCsv,
  record,
  tableOfValues,
  type CsvCell,
} from '../../support/export-tables.ts';

const csv = (records: Parameters<typeof tableOfValues>[0]): string =>
  [...renderCsv(tableOfValues(records), createSource())].join('');

/** As docs/export.md tells a reader to do it. */
const unguarded = (text: string): string => (/^'+(\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(text) ? text.slice(1) : text);

const valueOf = ({ text, quoted }: CsvCell): string | null => (quoted ? unguarded(text) : text === '' ? null : text);

describe('CSV', () => {
  it('reads back as the values that were written, an empty text apart from a missing one', () => {
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const [, ...lines] = readCsv(csv(records));
        const read = lines.map((line) => line.map(valueOf));
        const wanted = records.map((values) =>
          values.map((value) => (value === null ? null : Object.is(value, -0) ? '-0' : String(value))),
        );
        expect(read).toEqual(wanted);
        for (const [at, values] of records.entries()) {
          const number = values[3];
          if (number !== null) expect(Object.is(Number(read[at][3]), number)).toBe(true);
        }
      }),
    );
  });

  it('has no text that a spreadsheet takes for a formula, whatever a model has answered', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const [, [key]] = readCsv(csv([[text, null, null, null, null, null]]));
        expect(key.quoted).toBe(true);
        expect(key.text.trimStart()).not.toMatch(/^[=+\-@＝＋－＠]/);
        expect(key.text).not.toMatch(/^[\t\r\n]/);
      }),
      { examples: [['=HYPERLINK("http://x","y")'], ['\t=1'], ['\r\n=1'], [' =1'], ['＝1'], ["'=1"]] },
    );
  });

  it('leaves numbers as numbers, also those below zero', () => {
    const [, line] = readCsv(csv([['a', null, -12, -0.5, true, null]]));
    expect(line.slice(2, 5)).toEqual([
      { text: '-12', quoted: false },
      { text: '-0.5', quoted: false },
      { text: 'true', quoted: false },
    ]);
  });

  it('of no rows is a header', () => {
    expect(csv([])).toBe('"key","text","integer","number","boolean","timestamp"\r\n');
  });
});

describe('the CSV reader of these tests', () => {
  it.each(['"a', '"a"b\r\n', 'a\n', 'a'])('refuses %j', (text) => {
    expect(() => readCsv(text)).toThrow();
  });
});
