/**
 * Page layout: what one page of the paged cache holds, and where.
 *
 * A page covers `pageTokens` tokens of one request in every compressed layer at once: their compressed entries, and on layers with an
 * indexer its keys, each section in the record format's own page layout. `pageTokens` is a multiple of every compression ratio, so
 * that no entry crosses a page. One page for all layers (and not one per layer) is our choice: a block of tokens is then one object
 * to share, move and lose. Source: specification sections 9.2 and 10.1.
 * @module
 */
import type { RecordFormat, RecordSet } from '../formats/index.ts';

/** What a layer needs of the cache. */
export interface LayerShape {
  /** 0 = window only */
  readonly ratio: number;
  readonly windowSize: number;
  readonly headDim: number;
  /** null where the layer has no indexer */
  readonly indexDim: number | null;
  /** Drafts alone read it (MTP): it is never part of a snapshot, because its rows depend on the token after them. */
  readonly draft: boolean;
}

export type EntryKind = 'kv' | 'index-key';

/** One list of entries in a page. */
export interface PageSection {
  readonly layer: number;
  readonly kind: EntryKind;
  readonly ratio: number;
  readonly format: RecordFormat;
  readonly entriesPerPage: number;
  /** Byte offset and length in the page. */
  readonly at: number;
  readonly bytes: number;
  /** Number of the section's first entry among all entries of a page (for per-entry tables). */
  readonly firstEntry: number;
}

export interface PageLayout {
  readonly pageTokens: number;
  readonly pageBytes: number;
  readonly sections: readonly PageSection[];
  readonly entriesPerPage: number;
  readonly records: RecordSet;
}

/** @throws RangeError unless pageTokens is a positive multiple of every ratio */
export function createPageLayout(shapes: readonly LayerShape[], records: RecordSet, pageTokens: number): PageLayout {
  const sections: PageSection[] = [];
  let at = 0;
  let firstEntry = 0;
  const add = (layer: number, ratio: number, kind: EntryKind, format: RecordFormat): void => {
    const entriesPerPage = pageTokens / ratio;
    const bytes = format.pageBytes(entriesPerPage);
    sections.push({ layer, kind, ratio, format, entriesPerPage, at, bytes, firstEntry });
    at += bytes;
    firstEntry += entriesPerPage;
  };
  shapes.forEach(({ ratio, indexDim }, layer) => {
    if (ratio === 0) return;
    if (!Number.isInteger(pageTokens) || pageTokens < 1 || pageTokens % ratio !== 0)
      throw new RangeError(`pageTokens: expected a positive multiple of the ratio ${ratio}, got ${pageTokens}`);
    add(layer, ratio, 'kv', records.entry);
    if (indexDim !== null) add(layer, ratio, 'index-key', records.indexKey);
  });
  return { pageTokens, pageBytes: at, sections, entriesPerPage: firstEntry, records };
}

/** Smallest page: the least common multiple of the ratios (1 where no layer compresses). */
export function leastPageTokens(shapes: readonly LayerShape[]): number {
  return shapes.reduce((all, { ratio }) => (ratio === 0 ? all : lcm(all, ratio)), 1);
}

function lcm(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
