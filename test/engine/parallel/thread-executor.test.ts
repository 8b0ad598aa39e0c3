import { afterEach, describe, expect, it, vi } from 'vitest';
import { inlineExecutor, threadExecutor } from '../../../engine/parallel/index.ts';
import type { Executor, ModuleFunctions } from '../../../engine/parallel/index.ts';

/** (module (import "env" "memory" (memory 1 1 shared)) (func "put" (param i32 i32) local.get 0 local.get 1 i32.store) (func "trap" unreachable) (func "forever" i32.const 512 i32.const 1 i32.store loop br 0 end)) */
const MODULE = new WebAssembly.Module(
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    // types: (i32, i32) -> (), () -> ()
    ...[1, 9, 2, 0x60, 2, 0x7f, 0x7f, 0, 0x60, 0, 0],
    // import env.memory, shared, 1 to 1 pages
    ...[2, 16, 1, 3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 3, 1, 1],
    ...[3, 4, 3, 0, 1, 1],
    // exports put, trap, forever
    ...[7, 24, 3, 3, 0x70, 0x75, 0x74, 0, 0, 4, 0x74, 0x72, 0x61, 0x70, 0, 1],
    ...[7, 0x66, 0x6f, 0x72, 0x65, 0x76, 0x65, 0x72, 0, 2],
    ...[10, 31, 3, 9, 0, 0x20, 0, 0x20, 1, 0x36, 2, 0, 0x0b, 3, 0, 0, 0x0b],
    ...[15, 0, 0x41, 0x80, 4, 0x41, 1, 0x36, 2, 0, 3, 0x40, 0x0c, 0, 0x0b, 0x0b],
  ]),
);
const MAILBOXES_AT = 4096;
/** Where `forever` says that it has begun. */
const BEGUN_AT = 512;

let open: Executor[] = [];
afterEach(() => {
  for (const executor of open) executor.close();
  open = [];
});

function start(threads: number, timeoutMs?: number): { executor: Executor; words: Int32Array } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const { exports } = new WebAssembly.Instance(MODULE, { env: { memory } });
  let top = MAILBOXES_AT;
  const executor = threadExecutor({
    threads,
    memory,
    module: MODULE,
    functions: exports as ModuleFunctions,
    names: ['put', 'trap', 'forever'],
    allocate: (bytes) => (top += bytes) - bytes,
    timeoutMs,
  });
  open.push(executor);
  return { executor, words: new Int32Array(memory.buffer) };
}
const allReady = (executor: Executor, threads: number): Promise<void> =>
  vi.waitFor(() => expect(executor.ready).toBe(threads), { timeout: 20_000 });

describe('an executor with helper threads', () => {
  it('runs every call once and returns when all are done, many times in a row', async () => {
    const { executor, words } = start(3);
    await allReady(executor, 3);
    for (let round = 1; round <= 3000; round++) {
      executor.run('put', [
        [0, round],
        [64, round + 1],
        [128, round + 2],
      ]);
      if (words[0] !== round || words[16] !== round + 1 || words[32] !== round + 2)
        expect.fail(`lost in round ${round}`);
    }
  });

  it('does not wait for helpers that have not started', () => {
    const { executor, words } = start(2);
    expect(executor.ready).toBe(1);
    executor.run('put', [
      [0, 5],
      [4, 6],
    ]);
    expect([...words.subarray(0, 2)]).toEqual([5, 6]);
  });

  it('runs more calls than there are threads', async () => {
    const { executor, words } = start(2);
    await allReady(executor, 2);
    executor.run(
      'put',
      Array.from({ length: 7 }, (_, i) => [i * 4, i + 1]),
    );
    expect([...words.subarray(0, 7)]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('is an error when a call fails on a helper, and goes on without that helper', async () => {
    const { executor } = start(2);
    await allReady(executor, 2);
    // one call for this thread would fail here first
    expect(() => executor.run('trap', [[], []])).toThrow(/unreachable|failed on a kernel thread/);
    expect(executor.ready).toBe(1);
  });

  it('is an error, and no endless wait, when a helper does not finish', async () => {
    const { executor, words } = start(2, 200);
    await allReady(executor, 2);
    // the helper is stopped behind the executor's back
    words[MAILBOXES_AT / 4 + 2] = 2;
    Atomics.store(words, MAILBOXES_AT / 4, -1);
    Atomics.notify(words, MAILBOXES_AT / 4);
    // until it has begun, the next job would take its place
    await vi.waitFor(() => expect(words[BEGUN_AT / 4]).toBe(1), { timeout: 20_000 });
    expect(() =>
      executor.run('put', [
        [0, 1],
        [4, 1],
      ]),
    ).toThrow('put: a kernel thread has not finished within 200 ms');
    expect(executor.ready).toBe(1);
  });

  it('works on, on this thread, after it is closed', async () => {
    const { executor, words } = start(2);
    await allReady(executor, 2);
    executor.close();
    expect(executor.ready).toBe(1);
    executor.run('put', [
      [0, 8],
      [4, 9],
    ]);
    expect([...words.subarray(0, 2)]).toEqual([8, 9]);
  });
});

describe('where the runtime has no worker threads', () => {
  it('one thread works, more are an error that says so', () => {
    const process = vi.spyOn(globalThis, 'process', 'get').mockReturnValue(undefined as never);
    try {
      expect(start(1).executor.ready).toBe(1);
      expect(() => start(2)).toThrow('threads: expected 1 (no worker threads here), got 2');
    } finally {
      process.mockRestore();
    }
  });
});

describe('the inline executor', () => {
  it('makes the calls in their order, and is always alone', () => {
    const seen: number[] = [];
    const executor = inlineExecutor({ note: (x) => void seen.push(x) });
    executor.run('note', [[3], [1], [2]]);
    expect(seen).toEqual([3, 1, 2]);
    expect(executor.ready).toBe(1);
  });
});
