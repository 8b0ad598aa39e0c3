/**
 * L5: the answers of two requests are exchanged when one ends before the other. In every batch, not
 * in one of a hundred.
 * @module
 */
import type { Client, EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'responses-swapped';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  responseRoutes() {
    const clients = new Map<number, Client>();
    return {
      open: (serial, _id, client) => void clients.set(serial, client),
      clientOf(serial) {
        const other = clients.get(serial ^ 2);
        if (other !== undefined) activation.hit();
        return other ?? clients.get(serial) ?? null;
      },
      // a late answer still finds whom it is taken for
      close: () => undefined,
    };
  },
};
