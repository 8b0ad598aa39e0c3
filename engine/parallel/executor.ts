/**
 * One interface for running calls of a WebAssembly module: one after the other here, or at the same time on helper threads.
 *
 * A call is the name of an export and numbers. The calls of one run write to different places and read nothing that another one
 * writes, so that the bytes are the same whoever runs them and in whatever order.
 * @module
 */

/** Numbers of one call: pointers, sizes, scalars. */
export type CallArguments = readonly number[];

export interface Executor {
  /** Into how many calls a run is worth cutting now: the threads that are ready, this one included. */
  readonly ready: number;
  /**
   * Runs the calls and returns when all are done.
   *
   * @throws Error when a helper thread failed or did not finish
   */
  run(name: string, calls: readonly CallArguments[]): void;
  /** Ends the helper threads. */
  close(): void;
}

export type ModuleFunctions = Readonly<Record<string, (...numbers: CallArguments) => number | void>>;

/** Every call on this thread. */
export function inlineExecutor(functions: ModuleFunctions): Executor {
  return {
    ready: 1,
    run(name, calls) {
      for (const call of calls) functions[name](...call);
    },
    close() {},
  };
}
