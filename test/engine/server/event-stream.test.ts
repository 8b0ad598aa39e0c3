import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStream } from '../../../engine/server/event-stream.ts';

class FakeResponse extends EventEmitter {
  readonly written: string[] = [];
  destroyed = false;
  full = false;
  writeHead(): void {}
  flushHeaders(): void {}
  write(text: string): boolean {
    this.written.push(text);
    return !this.full;
  }
  end(): void {}
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

const open = (raw: FakeResponse, onDrain = (): void => undefined): EventStream =>
  new EventStream(raw as unknown as ServerResponse, { stallMs: 1000, headers: {}, onDrain });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('an event stream', () => {
  it('is blocked from the write that filled the socket until it drains', () => {
    const raw = new FakeResponse();
    let drained = 0;
    const stream = open(raw, () => drained++);
    stream.send({ a: 1 });
    expect(stream.blocked).toBe(false);
    raw.full = true;
    stream.send({ a: 2 });
    expect(stream.blocked).toBe(true);
    raw.emit('drain');
    expect([stream.blocked, drained]).toEqual([false, 1]);
    expect(raw.written).toEqual(['data: {"a":1}\n\n', 'data: {"a":2}\n\n']);
  });

  it('closes the connection of a client that reads nothing for too long, and not of one that reads slowly', () => {
    const slow = new FakeResponse();
    const dead = new FakeResponse();
    slow.full = dead.full = true;
    const streams = [open(slow), open(dead)];
    for (let i = 0; i < 5; i++) {
      for (const stream of streams.filter(({ blocked }) => !blocked)) stream.send(i);
      vi.advanceTimersByTime(600);
      slow.emit('drain');
    }
    expect([slow.destroyed, dead.destroyed]).toEqual([false, true]);
    expect(dead.written).toHaveLength(1);
    expect(slow.written).toHaveLength(5);
  });

  it('waits for nobody when there is nothing to read, and writes nothing to a connection that is gone', () => {
    const raw = new FakeResponse();
    const stream = open(raw);
    stream.send(1);
    vi.advanceTimersByTime(60_000);
    expect(raw.destroyed).toBe(false);
    raw.destroy();
    expect(stream.blocked).toBe(true);
    stream.send(2);
    expect(raw.written).toHaveLength(1);
  });
});
