/** Run folders: the only room that touches record files. @module */
export {
  createRun,
  listRuns,
  openRun,
  openRunFolder,
  type RunFolder,
  type RunListing,
  type RunWriter,
} from './run-folder.ts';
export { runFolderProblem } from './folder-check.ts';
export { type IndexedUnit, type LogIndex } from './log-index.ts';
export { copyRun } from './run-copy.ts';
export { readRecord, recordText, writeFileAtomic } from './json-file.ts';
export { checkMergeable, mergeRuns, type Mergeable, type Merged } from './merge.ts';
export { blobsOf, openResponseCache, type ResponseCache } from './response-cache.ts';
export { isRunArchive, packRunArchive, unpackRunArchive } from './run-archive.ts';
export {
  baselineText,
  readBaselineFile,
  readStoredBaseline,
  saveBaseline,
  writeStoredBaseline,
} from './baseline-file.ts';
export { readDiagnosis, readRepro, writeDiagnosis, writeRepro } from './diagnosis-file.ts';
export { readProfile, writeProfile } from './profile-file.ts';
export { readCacheTiming, writeCacheTiming } from './timing-file.ts';
