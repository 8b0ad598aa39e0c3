/**
 * Tables of made-up values for the tests of the export formats, and a CSV reader that shares no code with the writer.
 * @module
 */
import fc from 'fast-check';
import { createManifest, createPlan } from './run-records.ts';
import type { ExportSource, Table, Value } from '../../reports/tables/index.ts';

export function createSource(change: Partial<ExportSource> = {}): ExportSource {
  const plan = createPlan(2);
  return {
    manifest: createManifest(plan),
    plan,
    units: [],
    observations: [],
    findings: null,
    verdict: null,
    ...change,
  };
}

type Type = Table['columns'][number]['type'];
const TYPES: readonly Type[] = ['text', 'integer', 'number', 'boolean', 'timestamp'];

/** A table with a nullable column of each type, and texts that may not be missing. */
export function tableOfValues(records: Iterable<readonly Value[]>): Table {
  const column = (name: string, type: Type, nullable: boolean) => ({
    name,
    type,
    unit: '',
    nullable,
    meaning: `A ${type}.`,
    isOutput: false,
  });
  return {
    name: 'made-up',
    row: 'One made-up row.',
    needsFindings: false,
    columns: [column('key', 'text', false), ...TYPES.map((type) => column(type, type, true))],
    records: () => records,
  };
}

/** Texts that attack a spreadsheet, a parser or a terminal; half a surrogate pair is no text and left out. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n',
    "'=1",
    "''-1",
    ' =1',
    '＝1',
    '"',
    'a","b',
    'a\r\nb',
    '\u0000',
    '\u001b[31m',
    'null',
    '1',
    '-0.5',
  ),
  fc.string({ unit: fc.constantFrom(...`=+-@'",;\t\r\n 1a`) }),
);

const nullOr = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

export const record: fc.Arbitrary<readonly Value[]> = fc.tuple(
  hostileText,
  nullOr(hostileText),
  nullOr(fc.maxSafeInteger()),
  nullOr(fc.double({ noNaN: true, noDefaultInfinity: true })),
  nullOr(fc.boolean()),
  nullOr(
    fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
  ),
);

export interface CsvCell {
  readonly text: string;
  readonly quoted: boolean;
}

/** RFC 4180, character by character; @throws Error for what it does not allow */
export function readCsv(text: string): CsvCell[][] {
  const lines: CsvCell[][] = [];
  let at = 0;
  while (at < text.length) {
    const line: CsvCell[] = [];
    for (;;) {
      let cell = '';
      const quoted = text[at] === '"';
      if (quoted) {
        at++;
        for (;;) {
          if (at >= text.length) throw new Error('a quote is not closed');
          if (text[at] === '"' && text[at + 1] !== '"') break;
          at += text[at] === '"' ? 1 : 0;
          cell += text[at++];
        }
        at++;
      } else while (at < text.length && !',\r\n'.includes(text[at])) cell += text[at++];
      line.push({ text: cell, quoted });
      if (text[at] !== ',') break;
      at++;
    }
    if (text.slice(at, at + 2) !== '\r\n')
      throw new Error(`no end of line at ${at}: ${JSON.stringify(text.slice(at, at + 9))}`);
    at += 2;
    lines.push(line);
  }
  return lines;
}
