/** Run folders: the only room that touches record files. @module */
export {
  createRun,
  listRuns,
  openRun,
  openRunFolder,
  type LogSummary,
  type RunFolder,
  type RunListing,
  type RunWriter,
} from './run-folder.ts';
