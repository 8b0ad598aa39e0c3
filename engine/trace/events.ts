/**
 * The event log: what cache, tiers, memory and scheduler did, in order. Events carry no time: their order is their meaning.
 * @module
 */

export interface EngineEvent {
  /** For example `copy-start`, `copy-end`, `preempt`, `prefix-hit`. */
  readonly kind: string;
  /** The request, page or object that it is about. */
  readonly subject: string;
  /** Everything else, as short text by name. */
  readonly detail: Readonly<Record<string, string | number>>;
}

export type EventSink = (event: EngineEvent) => void;

/** Keeps the last `capacity` events. */
export function createEventLog(capacity: number): { readonly sink: EventSink; readonly events: () => EngineEvent[] } {
  const kept: EngineEvent[] = [];
  return {
    sink: (event) => {
      kept.push(event);
      if (kept.length > 2 * capacity) kept.splice(0, kept.length - capacity);
    },
    events: () => kept.slice(-capacity),
  };
}
