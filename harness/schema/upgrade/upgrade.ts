/**
 * Old records in the shape of today: one step per version, from the version that a record names up to the current one.
 *
 * Files are never rewritten: the upgrade happens as they are read. A version that is newer than this program, or that never was, is
 * refused by the reader.
 * @module
 */
import type { RecordKind } from '../records.ts';
import { SCHEMA_VERSION } from '../scalars.ts';
import { isMapping } from './shape.ts';
import { v1ToV2 } from './v1-to-v2.ts';

/** Lifts a record by one version; the version number itself is set by `upgradeRecord`. A kind that is absent here is unchanged. */
export type UpgradeStep = Partial<Readonly<Record<RecordKind, (record: unknown) => unknown>>>;

/** The step at index i leads from version i + 1 to i + 2. */
const STEPS: readonly UpgradeStep[] = [v1ToV2];

export type Upgraded =
  | { readonly kind: 'upgraded'; readonly value: unknown }
  | { readonly kind: 'newer' | 'unknown'; readonly version: unknown };

/**
 * The record at the current version, not yet checked against its schema. What names no version is given back as it is.
 *
 * @param value - parsed JSON
 */
export function upgradeRecord(kind: RecordKind, value: unknown): Upgraded {
  if (!isMapping(value) || !Object.hasOwn(value, 'schemaVersion')) return { kind: 'upgraded', value };
  const version = value['schemaVersion'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) return { kind: 'unknown', version };
  if (version > SCHEMA_VERSION) return { kind: 'newer', version };
  let record: unknown = value;
  for (const step of STEPS.slice(version - 1)) record = step[kind]?.(record) ?? record;
  return { kind: 'upgraded', value: isMapping(record) ? { ...record, schemaVersion: SCHEMA_VERSION } : record };
}
