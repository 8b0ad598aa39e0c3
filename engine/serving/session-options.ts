/**
 * What a session is made of; the engine puts it together from its options and parts.
 * @module
 */
import type { CopyScheduler, KvCache, StateShape } from '../cache/index.ts';
import type { ConditionalMemory } from '../memory/index.ts';
import type { EventSink, TraceTap } from '../trace/index.ts';
import type { EngineParts } from './parts.ts';

export interface SessionOptions {
  readonly maxBatch: number;
  readonly chunkSize: number;
  /** Tokens drafted per step; 0 = no speculative decoding. */
  readonly draftTokens: number;
  readonly preemption: 'recompute' | 'swap';
  /** Requests in the queue whose prefix is moved up ahead of time. */
  readonly prefetchQueued: number;
  readonly parts: EngineParts;
  readonly cache: KvCache;
  readonly stateShape: StateShape;
  readonly scheduler: CopyScheduler;
  readonly engineFingerprint: string;
  readonly memory: ConditionalMemory | null;
  readonly tap: TraceTap | null;
  readonly events: EventSink | null;
}
