/**
 * Streams the choices of one request: one event per token, in the order in which tokens come, as fast as the client reads.
 * @module
 */
import type { ServerResponse } from 'node:http';
import { EventStream } from './event-stream.ts';
import type { Generation, ProducedToken } from './generation.ts';

export interface StreamedChoices {
  readonly raw: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly stallMs: number;
  readonly generations: readonly Generation[];
  /** Events before the first token. */
  readonly opening: readonly unknown[];
  /** The event of one token; `token` null: an end without one. */
  readonly event: (choice: number, token: ProducedToken | null, ended: boolean) => unknown;
  /** Events after the last token. */
  readonly closing: () => readonly unknown[];
  /** Ends a choice when another has failed. */
  readonly abort: (generation: Generation) => void;
}

/** Writes the head of the answer now and the rest as it comes. */
export function streamChoices(streamed: StreamedChoices): void {
  const { raw, headers, stallMs, generations, opening, event, closing, abort } = streamed;
  const sent = generations.map(() => ({ tokens: 0, ended: false }));
  let over = false;
  const pump = (): void => {
    for (const [choice, { produced, result }] of generations.entries()) {
      const place = sent[choice];
      while (!stream.blocked && place.tokens < produced.length) {
        const token = produced[place.tokens++];
        place.ended = result !== null && place.tokens === produced.length;
        stream.send(event(choice, token, place.ended));
      }
      if (!stream.blocked && !place.ended && result !== null && place.tokens === produced.length) {
        place.ended = true;
        stream.send(event(choice, null, true));
      }
    }
    finish();
  };
  const finish = (): void => {
    if (over || stream.blocked) return;
    const failed = generations.find(({ error }) => error !== null)?.error ?? null;
    if (failed === null && !sent.every(({ ended }) => ended)) return;
    over = true;
    if (failed !== null) {
      stream.send(failed.body);
      for (const generation of generations) if (!generation.ended) abort(generation);
    } else for (const last of closing()) stream.send(last);
    stream.end();
  };
  const stream = new EventStream(raw, { stallMs, headers, onDrain: pump });
  for (const first of opening) stream.send(first);
  for (const generation of generations) generation.onProgress(pump);
  pump();
}
