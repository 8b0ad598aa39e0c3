/** The command line. @module */
export { processIo, type CliIo, type TextSink } from './io.ts';
export { runCli } from './program.ts';
