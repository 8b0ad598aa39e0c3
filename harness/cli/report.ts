/**
 * `evenkeel report`: analyses a run folder again and writes its findings, verdict and reports, without a model.
 * @module
 */
import type { Command } from 'commander';
import { addAuditFlags, bundleOptionsOf, checkAuditFlags, type AuditFlags } from './audit/audit-flags.ts';
import { writeBundle } from './audit/write-bundle.ts';
import { analyseAndStore, todayOf } from './analyse.ts';
import { findRun } from './find-run.ts';
import { configFlag, jsonFlag, noColourFlag, outputFlag, reportMaxBytesFlag } from './flags.ts';
import { note, type CliIo } from './io.ts';
import { reportersOf, reportMaxBytesOf, type ReporterName } from './render.ts';
import { tellResult, type ResultFlags } from './tell-result.ts';

interface ReportFlags extends ResultFlags, AuditFlags {
  readonly config?: string;
  readonly output?: readonly ReporterName[];
  readonly reportMaxBytes?: number;
}

const EXAMPLES = `
Examples:
  evenkeel report                         the latest run
  evenkeel report 20261124-041600-3fa2b1  a run by its id
  evenkeel report ./copied/run/folder     a run folder from anywhere
  evenkeel report -o html                 only the HTML file
  evenkeel report --audit --responsible "Ada Example" --key audit-key.pem

Findings and verdict are functions of the run folder: they come out byte for byte as the run wrote them.
The exit code is that of the gate.`;

export function addReportVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  const command = program
    .command('report')
    .argument('[run]', 'id, path of a run folder, or "latest"')
    .description('analyse a run again and write its reports; no model is needed')
    .addOption(configFlag())
    .addOption(outputFlag())
    .addOption(reportMaxBytesFlag())
    .addOption(jsonFlag('verdict and findings'))
    .addOption(noColourFlag())
    .option('--exit-zero', 'exit 0 although the gate failed or could not decide');
  addAuditFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, flags: ReportFlags) => {
      checkAuditFlags(flags);
      const { config } = flags;
      const run = await findRun({ run: id, ...(config === undefined ? {} : { config }) }, io);
      const reportMaxBytes = flags.reportMaxBytes ?? reportMaxBytesOf(run);
      const analysis = await analyseAndStore(run, { today: todayOf(io) });
      if (flags.audit !== undefined) {
        const options = { ...bundleOptionsOf(run, flags, io), reportMaxBytes };
        const { folder, zip } = await writeBundle(run, options);
        for (const path of [folder, zip]) note(io, path);
      }
      const reporters = flags.output ?? reportersOf(run);
      setExitCode(tellResult({ run, analysis, flags, io, reporters, reportMaxBytes }));
    });
}
