/** The command line, and for the vitest door the steps that a run is made of. @module */
export { analyseAndStore, todayOf, type Analysis } from './analyse.ts';
export { processIo, type CliIo, type TextSink } from './io.ts';
export { makeManifest, newRunId } from './manifest.ts';
export { prepare, type PlanFlags, type Prepared } from './prepare.ts';
export { runCli } from './program.ts';
