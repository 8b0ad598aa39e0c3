/**
 * F22: answers are kept under the id that the client chose; a second request of that id replaces the first.
 * @module
 */
import type { Client, EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'response-map-by-id';
export const activation = createActivation();

export const parts: Partial<EngineParts> = {
  responseRoutes() {
    const clients = new Map<string, Client>();
    return {
      open(_serial, id, client) {
        if (clients.has(id)) activation.hit();
        clients.set(id, client);
      },
      clientOf: (_serial, id) => clients.get(id) ?? null,
      close: () => undefined,
    };
  },
};
