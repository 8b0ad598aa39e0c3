/** Cache timing: does a first token come sooner because another tenant has sent the prefix? @module */
export { timingJob } from './jobs.ts';
export { cacheTimingFindings } from './rows.ts';
export { timingTrials, type TimingTrial } from './trials.ts';

/** As `evenkeel list suites` has it. */
export const cacheTimingSuite = {
  id: 'cache-timing',
  title: 'Cache timing',
  what:
    'Shows whether a request gets its first token sooner because another tenant has sent the same prefix, where its own prefix does make it ' +
    'sooner. It does not show sharing that saves no time, nor anything of a server whose cache is off or whose times are too noisy.',
} as const;
