/**
 * Tier transport: how the bytes of a copy travel. Read the source to a staging buffer of this copy alone, then write it out.
 *
 * A part: sharing one staging buffer between copies, or reading before the source is complete, are real defects
 * (specification of defects, entries 30 to 33).
 * @module
 */
import type { CopyScheduler } from './copy-scheduler.ts';

export interface CopyJob {
  readonly copy: number;
  readonly label: string;
  /** The source's bytes now; null when they cannot be had (the copy then ends with null). */
  readonly read: () => Uint8Array | null;
  /** Ends the copy: puts the bytes where they belong and frees the source. */
  readonly finish: (bytes: Uint8Array | null) => void;
}

export interface TierTransport {
  readonly name: string;
  begin(job: CopyJob, scheduler: CopyScheduler): void;
}

export function stagedTransport(): TierTransport {
  return {
    name: 'staged',
    begin({ copy, label, read, finish }, scheduler) {
      scheduler.start({ copy, phase: 'read', label }, () => {
        const staged = read()?.slice() ?? null;
        scheduler.start({ copy, phase: 'write', label }, () => finish(staged));
      });
    },
  };
}
