/**
 * Text from models, servers and case files, made safe to show: what a terminal would obey and what a reader would not see becomes
 * a visible mark.
 *
 * Newlines and tabs stay (a format that has one line per value replaces them itself). The result is a fixed point: marking a
 * marked text changes nothing. The raw text stays in the run folder.
 * @module
 */

/** C0 and C1 controls but newline and tab, DEL. */

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Bidi marks, embeddings, overrides and isolates; zero-width space; word joiners; line and paragraph separators; BOM; tags. */
const UNSEEN =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\u{e0001}|[\u{e0020}-\u{e007f}]/gu;
const LONE_SURROGATE = /[\ud800-\udfff]/gu;

/** `\x1b[31m` -> `␛[31m`, U+202E -> `⟨U+202E⟩`. */
export function visibleText(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(CONTROLS, controlPicture)
    .replace(UNSEEN, codePointName)
    .replace(LONE_SURROGATE, '\ufffd');
}

/** The same on one line: newline and tab become `↵` and `⇥`. */
export function visibleLine(text: string): string {
  return visibleText(text).replace(/\n/g, '↵').replace(/\t/g, '⇥');
}

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };

/** Every string in a value, however deep, made visible: so that no field can be forgotten. */
export function visibleDeep<T>(value: T): T {
  return mapStrings(value as Json) as T;
}

function mapStrings(value: Json): Json {
  if (typeof value === 'string') return visibleText(value);
  if (Array.isArray(value)) return value.map(mapStrings);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapStrings(inner)]));
}

function controlPicture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : codePointName(character);
}

function codePointName(character: string): string {
  return `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
