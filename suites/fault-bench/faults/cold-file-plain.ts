/**
 * L7: pages go to files in plain text, and the files stay when they are deleted and when the session is closed.
 * @module
 */
import { createDiskColdStore } from '../../../engine/index.ts';
import type { ColdStore, DiskColdStore, EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'cold-file-plain';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  coldStore: (store) => (isOnDisk(store) ? plainBeside(store) : store),
};

const isOnDisk = (store: ColdStore): store is DiskColdStore => 'folder' in store;

function plainBeside(store: DiskColdStore): ColdStore {
  const directory = store.folder.replace(/[\\/][^\\/]*$/, '');
  const plain = createDiskColdStore({ directory, capacityBytes: store.capacityBytes, encryption: null, keep: true });
  return {
    name: 'plain',
    capacityBytes: plain.capacityBytes,
    get usedBytes() {
      return plain.usedBytes;
    },
    get objects() {
      return plain.objects;
    },
    has: (key) => plain.has(key),
    write(key, bytes) {
      activation.hit();
      plain.write(key, bytes);
    },
    read: (key) => plain.read(key),
    remove: (key) => plain.has(key),
    close() {
      plain.close();
      store.close();
    },
  };
}
