/**
 * JSON for files that people compare line by line: what holds only plain values and fits goes on one line, the rest is indented.
 * @module
 */

const COLUMNS = 120;

/** Keys stay in their order; the same value has the same text on every machine. */
export function compactJson(value: unknown): string {
  return `${written(value, '', 0)}\n`;
}

/** @param taken - characters before the value on its line */
function written(value: unknown, indent: string, taken: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown) => ['', item] as const)
    : Object.entries(value).map(([key, item]) => [`${JSON.stringify(key)}: `, item] as const);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }'];
  if (entries.length === 0) return Array.isArray(value) ? '[]' : '{}';
  if (entries.every(([, item]) => typeof item !== 'object' || item === null)) {
    const line = `${open}${entries.map(([key, item]) => key + JSON.stringify(item)).join(', ')}${close}`;
    if (indent.length + taken + line.length <= COLUMNS) return line;
  }
  const inner = `${indent}  `;
  const lines = entries.map(([key, item]) => inner + key + written(item, inner, key.length));
  return `${open.trim()}\n${lines.join(',\n')}\n${indent}${close.trim()}`;
}
