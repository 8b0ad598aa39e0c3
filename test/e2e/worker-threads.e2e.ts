import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

const ENGINE = new URL('../../dist/engine/index.js', import.meta.url).href;

/** Runs the same requests on every path and gives a digest of all logits; the text runs as it stands in any thread. */
const PROGRAM = `
const { createHash } = await import('node:crypto');
const { buildCheckpoint, createEngine } = await import(${JSON.stringify(ENGINE)});
const digests = {};
for (const preset of ['v4-tiny', 'v4-tiny-engram']) {
  const checkpoint = buildCheckpoint({ preset, seed: 'threads' });
  for (const precision of ['f32', 'f32-kvq', 'w8a8', 'bf16']) {
    const engine = createEngine(checkpoint, { precision, prefixCache: true, pageTokens: 16, hotPages: 14, draftTokens: 2 });
    const session = engine.openSession();
    const hash = createHash('sha256');
    for (let round = 0; round < 2; round++)
      for (const result of session.run([70, 33, 21].map((length, n) => ({
        id: 'r' + n,
        tokenIds: Array.from({ length }, (_, i) => (n * 31 + i * 17) % 256),
        maxTokens: 6,
        temperature: n === 2 ? 1 : 0,
        keepLogits: true,
      })))) hash.update(result.logits);
    digests[preset + ' ' + precision] = hash.digest('hex') + ' ' + session.counters.hits;
  }
}
`;

async function inThread(): Promise<Record<string, string>> {
  const code = `(async () => {${PROGRAM} require('node:worker_threads').parentPort.postMessage(digests); })()`;
  const worker = new Worker(code, { eval: true });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}

async function inline(): Promise<Record<string, string>> {
  const source = `${PROGRAM} export { digests };`;
  const module = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(source)}`)) as {
    digests: Record<string, string>;
  };
  return module.digests;
}

describe('the built engine', () => {
  it('gives the same bits in this thread and in two worker threads at once, on every path and in every precision', async () => {
    const here = await inline();
    const [first, second] = await Promise.all([inThread(), inThread()]);
    expect(Object.keys(here)).toHaveLength(8);
    expect(new Set(Object.values(here)).size).toBe(8);
    expect(first).toEqual(here);
    expect(second).toEqual(here);
  });
});
