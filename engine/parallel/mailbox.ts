/**
 * How a call goes to a helper thread and how the helper says that it is done: one block of shared memory per helper.
 * @module
 */

/** 32-bit words of a mailbox. */
export const WORD = {
  /** Number of the latest job; the helper waits for it to change. */
  job: 0,
  /** Number of the latest job that is done; the caller waits for it. */
  done: 1,
  /** Index of the function. */
  name: 2,
  argumentCount: 3,
  state: 4,
} as const;

export const STATE = { starting: 0, ready: 1, failed: 2, closed: 3 } as const;

/** Arguments are float64 from here on: pointers and sizes are exact in it, and so are float32 scalars. */
export const ARGUMENTS_AT = 64;
export const ARGUMENTS_MAX = 24;
export const MAILBOX_BYTES = ARGUMENTS_AT + ARGUMENTS_MAX * 8;

/** Looks at the word before going to sleep: some microseconds. A longer look hurts when both threads share a CPU. */
export const LOOKS = 2000;

export interface HelperData {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  /** Byte offset of the mailbox. */
  readonly mailbox: number;
  readonly names: readonly string[];
  readonly words: typeof WORD;
  readonly states: typeof STATE;
  readonly argumentsAt: number;
  readonly argumentsMax: number;
  readonly looks: number;
}

/**
 * The life of a helper thread. It is sent as source text, so that it starts the same way from sources, from the built package and from
 * a bundle; it may therefore use nothing but its argument and globals.
 */
export function helperLoop(data: HelperData): void {
  const { memory, module, mailbox, names, words, states, looks } = data;
  const box = new Int32Array(memory.buffer, mailbox, words.state + 1);
  const numbers = new Float64Array(memory.buffer, mailbox + data.argumentsAt, data.argumentsMax);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const functions = names.map((name) => exports[name] as (...numbers: number[]) => unknown);
  let seen = 0;
  Atomics.store(box, words.state, states.ready);
  for (;;) {
    for (let look = 0; look < looks && Atomics.load(box, words.job) === seen; look++);
    Atomics.wait(box, words.job, seen);
    const job = Atomics.load(box, words.job);
    // woken by the notification of a job that was seen before it came
    if (job === seen) continue;
    seen = job;
    if (Atomics.load(box, words.state) === states.closed) return;
    try {
      functions[box[words.name]](...numbers.subarray(0, box[words.argumentCount]));
    } catch {
      Atomics.store(box, words.state, states.failed);
    }
    Atomics.store(box, words.done, seen);
    Atomics.notify(box, words.done);
  }
}
