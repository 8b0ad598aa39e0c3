/**
 * An answer of any shape as flat names and short values. Hostile depth, width and length have an end, and the end is told.
 * @module
 */
import { createHash } from 'node:crypto';
import { asList, asWire } from '../http/index.ts';

export interface Field {
  /** Keys joined by dots. */
  readonly name: string;
  readonly value: string;
  /** Text may hold a secret; numbers and booleans do not. */
  readonly isText: boolean;
}

const DEPTH_MAX = 6;
const FIELDS_MAX = 300;
const VALUE_LENGTH_MAX = 200;
const LIST_SHOWN_MAX = 12;

export function flatten(root: string, value: unknown): Field[] {
  const fields: Field[] = [];
  collect(root, value, 0, fields);
  return fields;
}

function collect(name: string, value: unknown, depth: number, fields: Field[]): void {
  if (fields.length >= FIELDS_MAX || value === null || value === undefined) return;
  if (typeof value === 'number' || typeof value === 'boolean') {
    fields.push({ name, value: String(value), isText: false });
    return;
  }
  if (typeof value === 'string') {
    if (value !== '') fields.push({ name, value: shortText(value), isText: true });
    return;
  }
  if (depth >= DEPTH_MAX) return;
  const list = asList(value);
  if (list !== null) {
    const scalars = list.filter((entry) => typeof entry !== 'object');
    if (list.length > 0 && scalars.length === list.length)
      fields.push({ name, value: shortText(list.slice(0, LIST_SHOWN_MAX).join(', ')), isText: true });
    else
      list.slice(0, LIST_SHOWN_MAX).forEach((entry, index) => collect(`${name}[${index}]`, entry, depth + 1, fields));
    return;
  }
  for (const [key, inner] of Object.entries(asWire(value) ?? {}))
    collect(`${name}.${visible(key)}`, inner, depth + 1, fields);
}

/** A long text (a chat template) by its digest: equal digests, equal text. */
function shortText(text: string): string {
  if (text.length <= VALUE_LENGTH_MAX) return visible(text);
  const digest = createHash('sha256').update(text).digest('hex');
  return `sha256 ${digest} (${text.length} characters)`;
}

function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
}
