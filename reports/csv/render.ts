/**
 * A table as CSV (RFC 4180): a header, CRLF after every line, UTF-8 without a mark.
 *
 * Texts always stand in quotes, numbers, booleans and missing values never: an empty text is `""`, a missing value is nothing at all.
 * A spreadsheet runs a cell that begins like a formula, in quotes too. Texts come from models, servers and case files, so such a text
 * gets an apostrophe before it, as does one that already has apostrophes before such a beginning: who reads the file back takes one
 * apostrophe from every text that begins like that behind apostrophes, and has the text as it was. Numbers are ours and stay numbers.
 * @module
 */
import type { ExportSource, Table, Value } from '../tables/index.ts';

/** Beginnings that a spreadsheet takes for a formula, or cuts before one; the wide forms are what Asian keyboards type. */
const FORMULA = /^'*(?:[\t\r\n]|\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/;
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
  const guarded = FORMULA.test(text) ? `'${text}` : text;
  return `"${guarded.replaceAll('"', '""')}"`;
}
