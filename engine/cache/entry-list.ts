/**
 * The compressed entries of one layer of one request, in pages: entry i covers tokens i * ratio .. (i + 1) * ratio - 1.
 *
 * Entries that are already there (restored by a prefix hit) are kept when a replay forms them again: a replay starts from an
 * incomplete window and would make them inexact.
 * @module
 */
import type { PageEntries } from '../formats/index.ts';
import { entryChecksum } from './audit.ts';
import type { RecordTag } from './audit.ts';
import type { StateJournal } from './journal.ts';
import type { PageSection } from './page-layout.ts';
import type { HotPage } from './page-pool.ts';

export class EntryList {
  readonly section: PageSection;
  private readonly pages: readonly HotPage[];
  private readonly isCurrent: (page: HotPage) => boolean;
  count = 0;

  /** @param pages - the request's pages, in order; shared by all its lists */
  constructor(section: PageSection, pages: readonly HotPage[], isCurrent: (page: HotPage) => boolean) {
    this.section = section;
    this.pages = pages;
    this.isCurrent = isCurrent;
  }

  /** Writes the entry number `entry` unless it is already there. @param values - [dims] f32 */
  append(entry: number, values: Float32Array, tag: RecordTag, journal: StateJournal | null): void {
    if (entry < this.count) return;
    if (entry > this.count)
      throw new Error(`invariant: entry ${entry} of layer ${this.section.layer} after ${this.count}`);
    const { format, entriesPerPage, at, bytes, firstEntry } = this.section;
    const page = this.pageOf(entry);
    const inPage = entry % entriesPerPage;
    format.writeEntry(page.bytes.subarray(at, at + bytes), entriesPerPage, inPage, values, 0);
    // the entry belongs to the token that completes it
    journal?.onUndo(tag.position + this.section.ratio - 1, () => {
      this.count = entry;
    });
    if (page.audit !== null) {
      journal?.onUndo(tag.position + this.section.ratio - 1, page.audit.undoOf(firstEntry + inPage));
      page.audit.write(firstEntry + inPage, tag, entryChecksum(format, page.bytes, at, entriesPerPage, inPage));
    }
    this.count++;
  }

  /** Reads an entry (decoded) to out[outFrom ..). In audit mode `want` is checked. */
  read(entry: number, out: Float32Array, outFrom: number, want: RecordTag | null): void {
    const { format, entriesPerPage, at, bytes, firstEntry, layer, kind } = this.section;
    const page = this.pageOf(entry);
    const inPage = entry % entriesPerPage;
    if (page.audit !== null && want !== null) {
      const place = { layer, kind, page: `page slot ${page.slot} generation ${page.generation}` };
      const sum = entryChecksum(format, page.bytes, at, entriesPerPage, inPage);
      page.audit.check(firstEntry + inPage, want, sum, place);
    }
    format.readEntry(page.bytes.subarray(at, at + bytes), entriesPerPage, inPage, out, outFrom);
  }

  /** Whether records are to be read one by one, each with its check (audit mode). */
  get audited(): boolean {
    return this.pages.some(({ audit }) => audit !== null);
  }

  /** Where the given entries (ascending) lie: one source per page. */
  sources(numbers: Int32Array): PageEntries[] {
    const { format, entriesPerPage, at, bytes } = this.section;
    const out: PageEntries[] = [];
    for (let from = 0; from < numbers.length;) {
      const page = Math.floor(numbers[from] / entriesPerPage);
      let to = from + 1;
      while (to < numbers.length && numbers[to] < (page + 1) * entriesPerPage) to++;
      const index = numbers.slice(from, to);
      for (let i = 0; i < index.length; i++) index[i] -= page * entriesPerPage;
      const section = this.pageOf(numbers[from]).bytes.subarray(at, at + bytes);
      out.push({ kind: 'page', format, page: section, entries: entriesPerPage, index, count: index.length });
      from = to;
    }
    return out;
  }

  private pageOf(entry: number): HotPage {
    const page = this.pages[Math.floor(entry / this.section.entriesPerPage)];
    if (page === undefined)
      throw new Error(
        `invariant: layer ${this.section.layer} has no page for entry ${entry} (${this.pages.length} pages)`,
      );
    if (!this.isCurrent(page))
      throw new Error(`invariant: layer ${this.section.layer} reads a released page (slot ${page.slot})`);
    return page;
  }
}
