#!/usr/bin/env node
/**
 * The `evenkeel` command: the process around `runCli`.
 * @module
 */
import { processIo } from './io.ts';
import { runCli } from './program.ts';

// Not process.exit: output that is still in a pipe would be lost.
process.exitCode = await runCli(process.argv.slice(2), processIo());
