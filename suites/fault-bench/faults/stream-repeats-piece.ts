/**
 * F43: a stream is flushed within a character, and the piece that holds it is sent twice.
 * @module
 */
import type { Client, EngineParts } from '../../../engine/index.ts';
import { createActivation } from '../activation.ts';

export const name = 'stream-repeats-piece';
export const activation = createActivation();

const beyondAscii = (piece: string): boolean => [...piece].some((character) => (character.codePointAt(0) ?? 0) > 127);

export const parts: Partial<EngineParts> = {
  responseRoutes() {
    const clients = new Map<number, Client>();
    return {
      open(serial, _id, client) {
        const { onText } = client;
        const onPiece = (piece: string): void => {
          onText?.(piece);
          if (!beyondAscii(piece)) return;
          activation.hit();
          onText?.(piece);
        };
        clients.set(serial, onText === null ? client : Object.assign(client, { onText: onPiece }));
      },
      clientOf: (serial) => clients.get(serial) ?? null,
      close: (serial) => void clients.delete(serial),
    };
  },
};
