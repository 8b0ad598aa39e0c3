/**
 * The view as JSON: keys sorted, two spaces, a newline at the end. The same view gives the same bytes.
 * @module
 */
import type { View } from '../view.ts';
import { compareTexts } from '../number-format.ts';

/** @throws RangeError for a number that JSON cannot hold */
export function renderJson(view: View): string {
  return `${JSON.stringify(sorted(view, 'view'), null, 2)}\n`;
}

function sorted(value: unknown, at: string): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${at}: expected a finite number, got ${value}`);
  if (Array.isArray(value)) return value.map((item, index) => sorted(item, `${at}[${index}]`));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => compareTexts(a, b));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner, `${at}.${key}`)]));
}
