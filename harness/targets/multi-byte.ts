/** Characters that take more than one byte in UTF-8: where a stream breaks, it breaks there. @module */

/** Characters of a text that take more than one byte in UTF-8. */
export function multiByteCharacters(text: string): number {
  let count = 0;
  for (const character of text) if (character > '\u007f') count++;
  return count;
}
