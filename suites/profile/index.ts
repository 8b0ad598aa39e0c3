/** Latency and bytes per token, as curves along the context; measured, never judged. @module */
export { profileCells, visitOrder } from './cells.ts';
export { profileJob } from './jobs.ts';
export { profileFindings } from './rows.ts';

/** As `evenkeel list suites` has it. */
export const profileSuite = {
  id: 'profile',
  title: 'Profile',
  what:
    'Shows how long the first token and each further one take, and how many bytes the cache needs for a token, by context length, precision, ' +
    'batch and tier, on this machine at that hour. It does not show what another machine or another load would show, and it is never judged.',
} as const;
