/**
 * What the tiers keep: one page or state snapshot, where it is, who holds it, and its form in a cold store.
 * @module
 */
import type { EventSink } from '../../trace/index.ts';
import type { AuditTable } from '../audit.ts';
import type { HotPage } from '../page-pool.ts';
import type { ColdCodec } from './cold-codec.ts';
import type { ColdKey, ColdLabel, ColdStore } from './cold-port.ts';
import type { CopyScheduler } from './copy-scheduler.ts';
import type { EvictionCandidate, EvictionPolicy } from './eviction.ts';
import type { TierTransport } from './transport.ts';

export type Tier = 'hot' | 'warm' | 'cold';
export type ObjectKind = 'page' | 'state';

export interface TierOptions {
  /** Bytes of host copies; 0 = no warm tier. */
  readonly warmBytes: number;
  /** null = no cold tier. */
  readonly cold: ColdStore | null;
  readonly codec: ColdCodec;
  readonly policy: EvictionPolicy;
  readonly scheduler: CopyScheduler;
  readonly transport: TierTransport;
  readonly events: EventSink | null;
  /** Called when an object could not be kept; it is gone. */
  readonly onLost: (id: string) => void;
}

export interface TierCounters {
  demotions: number;
  spills: number;
  promotions: number;
  restores: number;
  evictions: number;
  lost: number;
  /** Cold objects that failed their check: recomputed, never used. */
  damaged: number;
  abandonedCopies: number;
  /** Objects that were written for a later session, and objects of an earlier one; absent where the cold store ends with its session. */
  keptWritten?: number;
  keptFound?: number;
}

/** A user's hold on one object. */
export interface Pin {
  readonly id: string;
  readonly generation: number;
}

export type Availability = 'hot' | 'coming' | 'lost';

export interface TierObject extends EvictionCandidate {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly tenant: string;
  readonly generation: number;
  /** Null = nobody of a later session may look for it. */
  readonly label: ColdLabel | null;
  /** Of its copy in the cold store. */
  readonly coldGeneration: number;
  tier: Tier;
  page: HotPage | null;
  /** Encoded bytes of the warm tier. */
  warm: Uint8Array | null;
  audit: AuditTable | null;
  pins: number;
  moving: boolean;
  lastUse: number;
  uses: number;
  readonly born: number;
  /** Somebody waits for it to be hot (a page) or readable (a snapshot). */
  wanted: boolean;
}

export const coldKeyOf = ({ id, kind, tenant, label, coldGeneration }: TierObject): ColdKey => ({
  id: label?.id ?? id,
  kind,
  tenant,
  generation: coldGeneration,
});

/** With the tokens of its block in front, where a later session compares them. */
export function labelled({ label }: TierObject, bytes: Uint8Array): Uint8Array {
  if (label === null) return bytes;
  const out = new Uint8Array(label.tokens.length + bytes.length);
  out.set(label.tokens);
  out.set(bytes, label.tokens.length);
  return out;
}

/** Null = the tokens are others. */
export function unlabelled({ label }: TierObject, bytes: Uint8Array): Uint8Array | null {
  if (label === null) return bytes;
  const { tokens } = label;
  return tokens.every((byte, i) => bytes[i] === byte) ? bytes.subarray(tokens.length) : null;
}

export function isCapacityError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'COLD_CAPACITY';
}
