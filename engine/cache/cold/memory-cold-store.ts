/**
 * A cold store in memory: the plain twin of the disk store, and a cold tier without a disk.
 * @module
 */
import type { ColdKey, ColdStore } from '../tiers/cold-port.ts';
import { ColdStoreError } from './cold-errors.ts';

const nameOf = ({ id, kind, tenant, generation }: ColdKey): string => JSON.stringify([id, kind, tenant, generation]);

/** @param overheadBytes - counted for each object beside its bytes, as a file's header is */
export function createMemoryColdStore(capacityBytes: number, overheadBytes = 0): ColdStore {
  const kept = new Map<string, Uint8Array>();
  let usedBytes = 0;
  const remove = (name: string): boolean => {
    const bytes = kept.get(name);
    if (bytes === undefined) return false;
    usedBytes -= bytes.length + overheadBytes;
    return kept.delete(name);
  };
  return {
    name: 'memory',
    capacityBytes,
    get usedBytes() {
      return usedBytes;
    },
    get objects() {
      return kept.size;
    },
    has: (key) => kept.has(nameOf(key)),
    write(key, bytes) {
      const name = nameOf(key);
      const free = capacityBytes - usedBytes + (kept.has(name) ? kept.get(name)!.length + overheadBytes : 0);
      if (bytes.length + overheadBytes > free)
        throw new ColdStoreError('COLD_CAPACITY', {
          at: 'cold store (memory)',
          expected: `at most ${free} bytes`,
          got: `${bytes.length + overheadBytes}`,
          hint: 'Raise the capacity, or remove objects first.',
        });
      remove(name);
      kept.set(name, bytes.slice());
      usedBytes += bytes.length + overheadBytes;
    },
    read(key) {
      const bytes = kept.get(nameOf(key));
      return bytes === undefined ? { kind: 'missing' } : { kind: 'bytes', bytes: bytes.slice() };
    },
    remove: (key) => remove(nameOf(key)),
    close() {
      kept.clear();
      usedBytes = 0;
    },
  };
}
