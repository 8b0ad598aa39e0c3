/**
 * The view as JSON: keys in the view's own order, two spaces, one newline at the end. Equal views give equal bytes.
 * @module
 */
import type { View } from '../view.ts';

export function renderJson(view: View): string {
  return `${JSON.stringify(view, null, 2)}\n`;
}
