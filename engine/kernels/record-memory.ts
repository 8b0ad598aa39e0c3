/**
 * Record memory: where the bytes of pages and window rings lie. In the kernels' own memory they are decoded without a copy.
 * @module
 */

/** What one owner (a session, a state) has taken. */
export interface RecordMemory {
  /** [count] bytes, all zero, valid until `close`. */
  take(count: number): Uint8Array;
  /** Gives everything back; nothing that was taken may be used afterwards. */
  close(): void;
}

/** Ordinary arrays. */
export const plainRecordMemory: RecordMemory = {
  take: (count) => new Uint8Array(count),
  close() {},
};
