import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { expect, it } from 'vitest';
import {
  adoptCheckpoint,
  buildCheckpoint,
  createEngine,
  PRECISION_MODES,
  shareCheckpoint,
} from '../../../engine/index.ts';
import type { SharedCheckpoint } from '../../../engine/index.ts';

/** What a message to another thread makes of a value. */
function sent<T>(value: T): T {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(value);
  const { message } = receiveMessageOnPort(port2) as { message: T };
  port1.close();
  return message;
}

it.each(['v4-tiny', 'v4-tiny-engram', 'v4-tiny-engram-paper'] as const)(
  'engines of a shared %s give the bits of the checkpoint’s own, in turn over one memory',
  (preset) => {
    const checkpoint = buildCheckpoint({ preset, seed: 'shared' });
    const shared: SharedCheckpoint = sent(shareCheckpoint(checkpoint));
    const adopted = adoptCheckpoint(shared);
    expect(adopted.digestSha256).toBe(checkpoint.digestSha256);
    const tokens = Array.from({ length: 70 }, (_, i) => (i * 29) % 256);
    for (const precision of PRECISION_MODES) {
      const [own, other] = [checkpoint, adopted].map((c) =>
        createEngine(c, { precision, chunkSize: 32 }).openSequence(),
      );
      for (const part of [tokens.slice(0, 33), tokens.slice(33, 34), tokens.slice(34)])
        expect(other.append(part)).toEqual(own.append(part));
    }
  },
);

it('shared weights are views of one memory, not copies', () => {
  const checkpoint = buildCheckpoint({ preset: 'v4-tiny', seed: 'views' });
  const shared = shareCheckpoint(checkpoint);
  const received = sent(shared);
  received.weights.norm[0] = 123;
  expect(shared.weights.norm[0]).toBe(123);
});
