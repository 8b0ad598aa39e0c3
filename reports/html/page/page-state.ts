/**
 * What of the explorer is in the page's address: `#filter=...&unit=u-...&level=...`. Links to rows of tables have no `=` and are not ours.
 * @module
 */

export interface PageState {
  readonly filter: string;
  readonly unit: string | null;
  readonly level: string | null;
}

/** @returns null where the address is about something else */
export function stateOfHash(hash: string): PageState | null {
  const text = hash.replace(/^#/, '');
  if (!/^(filter|unit|level)=/.test(text)) return null;
  // a plus is a plus: links are written with encodeURIComponent, and by hand
  const fields = new URLSearchParams(text.replaceAll('+', '%2B'));
  return { filter: fields.get('filter') ?? '', unit: fields.get('unit'), level: fields.get('level') };
}

/** `#` alone for nothing. */
export function hashOfState({ filter, unit, level }: PageState): string {
  const fields = [
    ['filter', filter],
    ['unit', unit ?? ''],
    ['level', unit === null ? '' : (level ?? '')],
  ].filter(([, value]) => value !== '');
  return `#${fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}
