/**
 * A table as CSV (RFC 4180): a header, CRLF after every line, UTF-8 without a mark.
 *
 * Texts always stand in quotes, numbers, booleans and missing values never: an empty text is `""`, a missing value is nothing at all.
 * A spreadsheet runs a cell that begins like a formula, in quotes too. Texts come from models, servers and case files, so such a text
 * gets an apostrophe before it (see spreadsheet-text.ts). Numbers are ours and stay numbers.
 * @module
 */
import { spreadsheetText } from '../spreadsheet-text.ts';
import type { ExportSource, Table, Value } from '../tables/index.ts';

const PIECE_CHARACTERS = 64 * 1024;
const END_OF_LINE = '\r\n';

/** Pieces of the file, in order. */
export function* renderCsv(table: Table, source: ExportSource): Generator<string> {
  let piece = lineOf(table.columns.map(({ name }) => name));
  for (const values of table.records(source)) {
    piece += lineOf(values);
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function lineOf(values: readonly Value[]): string {
  return `${values.map(cellOf).join(',')}${END_OF_LINE}`;
}

function cellOf(value: Value): string {
  switch (typeof value) {
    case 'string':
      return textCell(value);
    case 'number':
      // -0 is another measured number than 0
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
      return String(value);
    default:
      return '';
  }
}

function textCell(text: string): string {
  return `"${spreadsheetText(text).replaceAll('"', '""')}"`;
}
