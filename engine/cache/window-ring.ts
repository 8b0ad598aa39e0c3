/**
 * The sliding window of one layer: the records of the last `windowSize` tokens, the record of a position at position mod windowSize.
 *
 * Source: specification sections 6.4 and 10.1.
 * @module
 */
import type { PageEntries, RecordFormat } from '../formats/index.ts';
import { plainRecordMemory } from '../kernels/index.ts';
import { entryChecksum } from './audit.ts';
import type { RecordTag, AuditTable } from './audit.ts';
import type { StateJournal } from './journal.ts';

export class WindowRing {
  readonly format: RecordFormat;
  readonly windowSize: number;
  /** One page of windowSize records. */
  readonly bytes: Uint8Array;
  private readonly layer: number;
  private readonly audit: AuditTable | null;

  constructor(
    layer: number,
    format: RecordFormat,
    windowSize: number,
    audit: AuditTable | null,
    memory = plainRecordMemory,
  ) {
    this.layer = layer;
    this.format = format;
    this.windowSize = windowSize;
    this.bytes = memory.take(format.pageBytes(windowSize));
    this.audit = audit;
  }

  slotOf(position: number): number {
    return position % this.windowSize;
  }

  /** Copies record `entry` of a page of `entries` records to the slot of `position`. */
  keep(
    position: number,
    page: Uint8Array,
    entries: number,
    entry: number,
    tag: RecordTag,
    journal: StateJournal | null,
  ): void {
    const slot = this.slotOf(position);
    const target = this.format.entryRanges(this.windowSize, slot);
    this.format.entryRanges(entries, entry).forEach(([from, to], part) => {
      const [at, end] = target[part];
      journal?.saveRange(position, this.bytes, at, end);
      this.bytes.set(page.subarray(from, to), at);
    });
    if (this.audit === null) return;
    journal?.onUndo(position, this.audit.undoOf(slot));
    this.audit.write(slot, tag, this.checksum(slot));
  }

  get audited(): boolean {
    return this.audit !== null;
  }

  /** Where the records of positions from .. from + count lie. */
  source(from: number, count: number): PageEntries {
    const index = Int32Array.from({ length: count }, (_, i) => this.slotOf(from + i));
    return { kind: 'page', format: this.format, page: this.bytes, entries: this.windowSize, index, count };
  }

  /** Reads the record of `position` (decoded) to out[at ..). In audit mode `want` is checked. */
  read(position: number, out: Float32Array, at: number, want: RecordTag | null): void {
    const slot = this.slotOf(position);
    if (this.audit !== null && want !== null)
      this.audit.check(slot, want, this.checksum(slot), {
        layer: this.layer,
        kind: 'window',
        page: `ring slot ${slot}`,
      });
    this.format.readEntry(this.bytes, this.windowSize, slot, out, at);
  }

  private checksum(slot: number): number {
    return entryChecksum(this.format, this.bytes, 0, this.windowSize, slot);
  }

  clear(): void {
    this.bytes.fill(0);
    this.audit?.clear();
  }

  /** Puts bytes that were saved back; `tagOf` tells the tag of each position that the ring then holds (audit mode). */
  restore(bytes: Uint8Array, length: number, tagOf: ((position: number) => RecordTag) | null): void {
    this.bytes.set(bytes);
    if (this.audit === null || tagOf === null) return;
    this.audit.clear();
    for (let position = Math.max(0, length - this.windowSize); position < length; position++)
      this.audit.write(this.slotOf(position), tagOf(position), this.checksum(this.slotOf(position)));
  }
}
