/** What a session counts: the evidence that a path ran. @module */

export interface SessionCounters {
  steps: number;
  /** Most requests in one step. */
  maxActiveRows: number;
  /** Prompt chunks after the first of each request. */
  laterChunks: number;
  /** Admissions to a slot that another request had before. */
  slotReuses: number;
  preemptions: number;
  /** Preemptions that moved the request's state to the warm tier. */
  swaps: number;
  aborts: number;
  draftedTokens: number;
  acceptedDrafts: number;
  rejectedDrafts: number;
  rollbacks: number;
}

export const createSessionCounters = (): SessionCounters => ({
  steps: 0,
  maxActiveRows: 0,
  laterChunks: 0,
  slotReuses: 0,
  preemptions: 0,
  swaps: 0,
  aborts: 0,
  draftedTokens: 0,
  acceptedDrafts: 0,
  rejectedDrafts: 0,
  rollbacks: 0,
});
