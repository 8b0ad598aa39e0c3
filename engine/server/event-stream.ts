/**
 * Server-sent events with bounded memory: nothing more is written than the socket takes; the rest waits where it was made.
 *
 * A client that reads nothing for too long while there is something to read loses its connection; nobody else notices.
 * @module
 */
import type { ServerResponse } from 'node:http';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  // a proxy that buffers would deliver the stream at its end
  'x-accel-buffering': 'no',
} as const;

export class EventStream {
  private readonly raw: ServerResponse;
  private readonly stallMs: number;
  private stalled: NodeJS.Timeout | null = null;
  private full = false;

  /** @param onDrain - there is room again */
  constructor(
    raw: ServerResponse,
    options: {
      readonly stallMs: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly onDrain: () => void;
    },
  ) {
    this.raw = raw;
    this.stallMs = options.stallMs;
    raw.writeHead(200, { ...HEADERS, ...options.headers });
    raw.flushHeaders();
    raw.on('drain', () => {
      this.full = false;
      this.stopWatching();
      options.onDrain();
    });
    raw.on('close', () => this.stopWatching());
  }

  /** Whether to wait for `onDrain` before the next event. */
  get blocked(): boolean {
    return this.full || this.raw.destroyed;
  }

  send(data: unknown): void {
    this.write(JSON.stringify(data));
  }

  /** Ends the stream as OpenAI does. */
  end(): void {
    this.write('[DONE]');
    this.raw.end();
  }

  private write(text: string): void {
    if (this.raw.destroyed || this.raw.write(`data: ${text}\n\n`)) return;
    this.full = true;
    this.stalled ??= setTimeout(() => this.raw.destroy(), this.stallMs).unref();
  }

  private stopWatching(): void {
    if (this.stalled !== null) clearTimeout(this.stalled);
    this.stalled = null;
  }
}
