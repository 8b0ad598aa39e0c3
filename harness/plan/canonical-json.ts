/**
 * JSON with one spelling: keys sorted by UTF-16 code unit, no spaces, absent values left out.
 * @module
 */

/**
 * @throws TypeError for what JSON cannot hold (a function, a symbol, a bigint, NaN, an infinity)
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`canonicalJson: expected a finite number, got ${value}`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value)
        ? `[${value.map(canonicalJson).join(',')}]`
        : mappingJson(value as Record<string, unknown>);
    default:
      throw new TypeError(`canonicalJson: expected plain data, got ${typeof value}`);
  }
}

function mappingJson(mapping: Record<string, unknown>): string {
  const keys = Object.keys(mapping).filter((key) => mapping[key] !== undefined);
  keys.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(mapping[key])}`).join(',')}}`;
}
