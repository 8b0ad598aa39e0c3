/**
 * Pages of records, decoded in the kernels, the chosen entries together; a page that lies elsewhere is copied to the arena first.
 * @module
 */
import type { PageEntries } from '../../formats/index.ts';
import type { HeapArena, SharedHeap } from './heap.ts';
import type { KernelExports } from './module.ts';

/**
 * @param out - where the floats go, as a byte offset in the kernels' memory
 * @returns false = not here (another format, or a scale out of the kernels' range): nothing of use was written
 */
export function decodePage(
  run: KernelExports,
  heap: SharedHeap,
  arena: HeapArena,
  { format, page, entries, index }: PageEntries,
  out: number,
): boolean {
  const { shape } = format;
  if (shape === null || index.length === 0) return false;
  const mark = arena.mark();
  let pageAt = page.byteOffset;
  if (!heap.owns(page)) {
    pageAt = arena.take(page.length);
    heap.bytes(pageAt, page.length).set(page);
  }
  const list = arena.ints(index.length);
  list.set(index);
  const indexAt = list.byteOffset;
  const done =
    shape.kind === 'fp4'
      ? run.decodeFp4(pageAt, indexAt, index.length, format.dims, out)
      : run.decodeFp8(
          pageAt,
          entries,
          indexAt,
          index.length,
          shape.quantised,
          shape.group,
          shape.plain,
          shape.plainAs === 'f32' ? 1 : 0,
          shape.scaleBytes,
          out,
        );
  arena.release(mark);
  return done === 1;
}
