/**
 * What upgrade steps are written with: small changes of plain data. A value that has not the expected shape comes back as it is: the
 * schema, which is asked afterwards, says what is wrong with it.
 * @module
 */

export type Mapping = Readonly<Record<string, unknown>>;

/** Adds what the record lacks; what it has stays. */
export function withDefaults(value: unknown, defaults: Mapping): unknown {
  return isMapping(value) ? { ...defaults, ...value } : value;
}

/** Changes the value under a key, where there is one. */
export function atKey(value: unknown, key: string, change: (inner: unknown) => unknown): unknown {
  return isMapping(value) && Object.hasOwn(value, key) ? { ...value, [key]: change(value[key]) } : value;
}

/** Changes every item of the list under a key. */
export function eachItem(value: unknown, key: string, change: (item: unknown) => unknown): unknown {
  return atKey(value, key, (list) => (Array.isArray(list) ? list.map(change) : list));
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
