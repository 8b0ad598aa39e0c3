/**
 * Reading an answer that nobody vouches for: every field is looked at, and what is not there or of another type is null.
 *
 * A reader decides what it cannot do without; the error then names the place.
 * @module
 */
import { TargetError } from '../../ports/index.ts';

export type Wire = Readonly<Record<string, unknown>>;

export function asWire(value: unknown): Wire | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Wire) : null;
}

export function asList(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

export function textAt(wire: Wire | null, name: string): string | null {
  const value = wire?.[name];
  return typeof value === 'string' ? value : null;
}

/** An integer >= 0 that can be trusted as one. */
export function countAt(wire: Wire | null, name: string): number | null {
  return asCount(wire?.[name]);
}

export function asCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

export function booleanAt(wire: Wire | null, name: string): boolean | null {
  const value = wire?.[name];
  return typeof value === 'boolean' ? value : null;
}

/** Token ids; null unless every entry is one. */
export function tokenIdsOf(value: unknown): number[] | null {
  const list = asList(value);
  if (list === null) return null;
  const ids = list.map(asCount);
  return ids.every((id) => id !== null && id <= TOKEN_ID_MAX) ? (ids as number[]) : null;
}

/** Ids are hashed as 4 bytes. */
const TOKEN_ID_MAX = 0xffff_ffff;

export function invalidAnswer(at: string, expected: string, got: string): TargetError {
  return new TargetError({
    code: 'TARGET_ANSWER_INVALID',
    at,
    expected,
    got,
    hint: '`evenkeel probe` shows what this server can do.',
  });
}
