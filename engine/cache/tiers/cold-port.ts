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

/** Under which id an object lies in a store that outlives its session, and the tokens that are compared when it comes back. */
export interface ColdLabel {
  readonly id: string;
  /** Little-endian token ids of the object's block. */
  readonly tokens: Uint8Array;
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
  /**
   * Of a store that outlives its session: the generation under which such an object lies in it, whoever has written it; null = it does
   * not. Absent = the store ends with its session, and holds nothing that the session does not know.
   */
  find?(object: Omit<ColdKey, 'generation'>): number | null;
  /** Removes everything that the store wrote; one that outlives its session keeps it. */
  close(): void;
}
