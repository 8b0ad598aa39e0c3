/**
 * What the tiers ask of a cold store. Synchronous: time is modelled by the copy scheduler around it.
 *
 * A read never returns bytes that are not exactly those of the last write under the same key.
 * @module
 */

/** Which object: everything that must match on a read. */
export interface ColdKey {
  /** Content key, 1 to 128 hex digits. */
  readonly id: string;
  readonly kind: 'page' | 'state';
  readonly tenant: string;
  /** u32; a later write of the same object has another. */
  readonly generation: number;
}

export type ColdRead =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly why: string };

export interface ColdStore {
  readonly name: string;
  readonly capacityBytes: number;
  /** Bytes of all files, headers included. */
  readonly usedBytes: number;
  readonly objects: number;
  has(key: ColdKey): boolean;
  /** @throws ColdStoreError when the capacity or the disk is exhausted; nothing half written is ever visible */
  write(key: ColdKey, bytes: Uint8Array): void;
  read(key: ColdKey): ColdRead;
  remove(key: ColdKey): boolean;
  /** Removes everything that the store wrote. */
  close(): void;
}
