/** Tables of an export as CSV, safe to open in a spreadsheet. @module */
export { renderCsv } from './render.ts';
