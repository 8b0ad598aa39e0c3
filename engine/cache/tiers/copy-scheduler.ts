/**
 * When copies between tiers complete. A copy has two events, its read and its write; this part decides their order.
 *
 * The engine starts events and calls `advance` when it can wait; a test's scheduler may complete them in any order, which is how
 * ordering bugs are looked for. There is no clock here: order is all that matters.
 * @module
 */

export interface CopyEvent {
  readonly copy: number;
  readonly phase: 'read' | 'write';
  /** For example `page 3f2a hot->warm`. */
  readonly label: string;
}

export interface CopyScheduler {
  readonly name: string;
  /** Takes an event; calls `complete` once, now or later. */
  start(event: CopyEvent, complete: () => void): void;
  /** Lets time pass: completes what is due. Returns whether events are still open. */
  advance(): boolean;
}

/** Every event completes as soon as it starts. */
export function immediateScheduler(): CopyScheduler {
  return { name: 'immediate', start: (_event, complete) => complete(), advance: () => false };
}

/** Each event completes `steps` calls of `advance` after its start, in order of start. */
export function delayedScheduler(steps: number): CopyScheduler {
  let now = 0;
  let open: { readonly due: number; readonly complete: () => void }[] = [];
  return {
    name: `delayed(${steps})`,
    start: (_event, complete) => {
      open.push({ due: now + steps, complete });
    },
    advance() {
      now++;
      const due = open.filter((e) => e.due <= now);
      open = open.filter((e) => e.due > now);
      for (const { complete } of due) complete();
      return open.length > 0;
    },
  };
}
