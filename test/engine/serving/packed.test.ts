import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import {
  adoptCheckpoint,
  buildCheckpoint,
  createEngine,
  PRECISION_MODES,
  shareCheckpoint,
} from '../../../engine/index.ts';
import type { SharedCheckpoint } from '../../../engine/index.ts';
import { bitsOf, requestOf, servingCheckpoint } from '../../support/serving-runs.ts';

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

const requests = [requestOf('long', 1, 150, { keepLogits: true }), requestOf('short', 2, 7, { keepLogits: true })];

describe('weights used by several threads of one engine', () => {
  it.each(['f32', 'bf16', 'w8a8'] as const)('has the bits of one thread in %s', async (precision) => {
    const alone = createEngine(servingCheckpoint, { precision }).openSession().run(requests).map(bitsOf);
    const engine = createEngine(servingCheckpoint, { precision, threads: 3 });
    try {
      // before the helpers have started, and after
      expect(engine.openSession().run(requests).map(bitsOf)).toEqual(alone);
      await vi.waitFor(() => expect(engine.readyThreads).toBe(3), { timeout: 20_000 });
      expect(engine.openSession().run(requests).map(bitsOf)).toEqual(alone);
      engine.close();
      expect(engine.readyThreads).toBe(1);
      expect(engine.openSession().run(requests).map(bitsOf)).toEqual(alone);
    } finally {
      engine.close();
    }
  });

  it('names its threads among what could change a bit', () => {
    const engine = createEngine(servingCheckpoint, { threads: 2 });
    expect(engine.describe()).toContainEqual({ name: 'threads', value: '2' });
    engine.close();
  });

  it('is an error with reference kernels', () => {
    expect(() => createEngine(servingCheckpoint, { threads: 2, kernels: 'reference' })).toThrow(
      'engine options.threads: expected 1 with reference kernels, got 2',
    );
  });
});
