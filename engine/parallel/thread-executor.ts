/**
 * Helper threads over one shared WebAssembly memory: fork and join through mailboxes, without the event loop.
 *
 * Calling and joining take one to some ten microseconds (a look, then a futex), so only work of more than that is worth cutting.
 * Helpers that have not started yet are not waited for: until then there is less to cut for, and the bytes are the same.
 * @module
 */
import { inlineExecutor } from './executor.ts';
import type { CallArguments, Executor, ModuleFunctions } from './executor.ts';
import { ARGUMENTS_AT, ARGUMENTS_MAX, helperLoop, LOOKS, MAILBOX_BYTES, STATE, WORD } from './mailbox.ts';
import type { HelperData } from './mailbox.ts';

export interface ThreadOptions {
  /** This one included. */
  readonly threads: number;
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** The same module, instantiated here. */
  readonly functions: ModuleFunctions;
  /** Names that may be run. */
  readonly names: readonly string[];
  /** Takes bytes of the memory for good; a multiple of 8. */
  readonly allocate: (bytes: number) => number;
  /** How long a helper may take for one call. */
  readonly timeoutMs?: number | undefined;
}

type WorkerThreads = typeof import('node:worker_threads');

/** Node, Bun and Deno have it; a page has not, and may not block either. */
const workerThreads = (): WorkerThreads | undefined =>
  (globalThis as { process?: NodeJS.Process }).process?.getBuiltinModule('node:worker_threads');

const DEFAULT_TIMEOUT_MS = 60_000;

/** @throws RangeError for more than one thread where the runtime has no worker threads */
export function threadExecutor(options: ThreadOptions): Executor {
  const { threads, functions, names } = options;
  if (threads === 1) return inlineExecutor(functions);
  const { Worker } = workerThreads() ?? {};
  if (Worker === undefined) throw new RangeError(`threads: expected 1 (no worker threads here), got ${threads}`);

  const helpers = Array.from({ length: threads - 1 }, () => {
    const mailbox = options.allocate(MAILBOX_BYTES);
    const workerData: HelperData = {
      memory: options.memory,
      module: options.module,
      mailbox,
      names,
      words: WORD,
      states: STATE,
      argumentsAt: ARGUMENTS_AT,
      argumentsMax: ARGUMENTS_MAX,
      looks: LOOKS,
    };
    const source = `(${helperLoop.toString()})(require('node:worker_threads').workerData)`;
    const worker = new Worker(source, { eval: true, execArgv: [], workerData });
    worker.unref();
    return new Helper(options.memory, mailbox, worker, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  });

  return {
    get ready() {
      let count = 1;
      for (const helper of helpers) if (helper.state === STATE.ready) count++;
      return count;
    },
    run(name, calls) {
      const index = names.indexOf(name);
      const given: Helper[] = [];
      const mine: CallArguments[] = [];
      for (const call of calls) {
        // the first one is for this thread, and so are those that no helper is free for
        const helper =
          mine.length === 0 ? undefined : helpers.find((h) => h.state === STATE.ready && !given.includes(h));
        if (helper === undefined) mine.push(call);
        else {
          helper.give(index, call);
          given.push(helper);
        }
      }
      try {
        for (const call of mine) functions[name](...call);
      } finally {
        // nobody may write to the arrays of this call after it has returned
        for (const helper of given) helper.join(name);
      }
    },
    close() {
      for (const helper of helpers) helper.close();
    },
  };
}

class Helper {
  private readonly box: Int32Array;
  private readonly numbers: Float64Array;
  private readonly worker: InstanceType<WorkerThreads['Worker']>;
  private readonly timeoutMs: number;
  private job = 0;

  constructor(
    memory: WebAssembly.Memory,
    mailbox: number,
    worker: InstanceType<WorkerThreads['Worker']>,
    timeoutMs: number,
  ) {
    this.box = new Int32Array(memory.buffer, mailbox, WORD.state + 1);
    this.numbers = new Float64Array(memory.buffer, mailbox + ARGUMENTS_AT, ARGUMENTS_MAX);
    this.worker = worker;
    this.timeoutMs = timeoutMs;
  }

  get state(): number {
    return Atomics.load(this.box, WORD.state);
  }

  give(name: number, call: CallArguments): void {
    this.numbers.set(call);
    this.box[WORD.name] = name;
    this.box[WORD.argumentCount] = call.length;
    Atomics.store(this.box, WORD.job, ++this.job);
    Atomics.notify(this.box, WORD.job);
  }

  join(name: string): void {
    const { box, job } = this;
    for (let look = 0; look < LOOKS && Atomics.load(box, WORD.done) !== job; look++);
    while (Atomics.load(box, WORD.done) !== job)
      if (Atomics.wait(box, WORD.done, job - 1, this.timeoutMs) === 'timed-out') {
        this.close();
        throw new Error(`${name}: a kernel thread has not finished within ${this.timeoutMs} ms`);
      }
    if (this.state === STATE.failed) throw new Error(`${name}: failed on a kernel thread`);
  }

  close(): void {
    Atomics.store(this.box, WORD.state, STATE.closed);
    Atomics.add(this.box, WORD.job, 1);
    Atomics.notify(this.box, WORD.job);
    void this.worker.terminate();
  }
}
