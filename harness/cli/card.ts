/**
 * `evenkeel card`: the serving card of a run, as a section for a model card or as JSON.
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { modelCardSection } from '../../reports/index.ts';
import type { Invariant } from '../schema/index.ts';
import { readRecord, type RunFolder } from '../store/index.ts';
import { findRun } from './find-run.ts';
import { configFlag, jsonFlag } from './flags.ts';
import type { CliIo } from './io.ts';

const EXAMPLES = `
Examples:
  evenkeel card > SERVING.md           Markdown, a section for a model card
  evenkeel card latest --json          every entry with its source

A section with the serving-time invariants of the verdict; the card for machines, with
the checks, is written by evenkeel report -o model-card.
Each entry is observed (with the endpoint), declared, inferred or unknown. Secrets and
paths were hidden before it was stored.`;

export function addCardVerb(program: Command, io: CliIo): void {
  program
    .command('card')
    .argument('[run]', 'id, path of a run folder, or "latest"')
    .description('print the serving card of a run as Markdown')
    .addOption(configFlag())
    .addOption(jsonFlag('the card'))
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, { config, json }: { readonly config?: string; readonly json?: boolean }) => {
      const run = await findRun({ run: id, ...(config === undefined ? {} : { config }) }, io);
      const { manifest } = run;
      if (json === true) io.stdout.write(`${JSON.stringify(manifest.target, null, 2)}\n`);
      else io.stdout.write(modelCardSection(manifest, invariantsOf(run)));
    });
}

/** Of the stored verdict; none of a run that was not judged. */
function invariantsOf({ directory }: RunFolder): readonly Invariant[] {
  const path = join(directory, 'verdict.json');
  return existsSync(path) ? readRecord(path, 'verdict').invariants : [];
}
