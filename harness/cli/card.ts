/**
 * `evenkeel card`: the serving card of a run, as a section for a model card or as JSON.
 * @module
 */
import type { Command } from 'commander';
import { modelCardSection } from '../../reports/index.ts';
import { findRun } from './find-run.ts';
import { configFlag, jsonFlag } from './flags.ts';
import type { CliIo } from './io.ts';

const EXAMPLES = `
Examples:
  evenkeel card > SERVING.md           Markdown, a section for a model card
  evenkeel card latest --json          every entry with its source

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
      const { manifest } = await findRun({ run: id, ...(config === undefined ? {} : { config }) }, io);
      io.stdout.write(json === true ? `${JSON.stringify(manifest.target, null, 2)}\n` : modelCardSection(manifest));
    });
}
