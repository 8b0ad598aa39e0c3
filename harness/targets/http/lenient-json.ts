/**
 * JSON as servers really write it: `NaN`, `Infinity` and `-Infinity` are no JSON, and Python writes them for a masked token.
 *
 * They become null, which every reader takes as "unavailable". Nothing else is repaired.
 * @module
 */

const STRING_OR_BARE_WORD = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** @throws SyntaxError when it is no JSON even so */
export function parseLenientJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const repaired = text.replace(STRING_OR_BARE_WORD, (match) => (match.startsWith('"') ? match : 'null'));
    if (repaired === text) throw error;
    return JSON.parse(repaired) as unknown;
  }
}
