/**
 * Which client an answer goes to. Streamed pieces and the result find their client at the moment they are sent.
 *
 * Ids are the clients' own and may repeat; a request's serial number does not. So answers are kept by serial.
 * @module
 */
import type { AdmittedRequest, BatchResult } from './request.ts';

export interface Client extends Pick<AdmittedRequest, 'onToken' | 'onText' | 'onEnd'> {
  /** null until the request has ended */
  answer: BatchResult | null;
}

export interface ResponseRoutes {
  open(serial: number, id: string, client: Client): void;
  /** null = nobody waits (any more). */
  clientOf(serial: number, id: string): Client | null;
  close(serial: number, id: string): void;
}

export function createResponseRoutes(): ResponseRoutes {
  const clients = new Map<number, Client>();
  return {
    open: (serial, _id, client) => void clients.set(serial, client),
    clientOf: (serial) => clients.get(serial) ?? null,
    close: (serial) => void clients.delete(serial),
  };
}
