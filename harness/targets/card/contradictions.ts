/**
 * Where an operator's declaration and what the server shows are not the same, in words for a warning.
 * @module
 */
import type { CardEntry } from '../../schema/index.ts';

/** Begins the name of an entry that says so. */
export const CONTRADICTION = 'contradiction:';

/** `kv_cache_dtype: declared bf16, but GET /server_info shows fp8` */
export function cardContradictions(card: readonly CardEntry[]): string[] {
  return card
    .filter(({ name }) => name.startsWith(CONTRADICTION))
    .map(({ name, value }) => `${name.slice(CONTRADICTION.length).trim()}: ${value}`);
}
