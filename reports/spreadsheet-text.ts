/**
 * Texts that a spreadsheet would run. Without imports, so that the page's script in the browser shares it.
 * @module
 */

/** Beginnings that a spreadsheet takes for a formula, or cuts before one; the wide forms are what Asian keyboards type. */
const FORMULA = /^'*(?:[\t\r\n]|\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/;

/**
 * The text, with an apostrophe before it where it begins like a formula, or like one behind apostrophes: who takes one apostrophe from
 * every text that begins like that has the text as it was.
 */
export function spreadsheetText(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
