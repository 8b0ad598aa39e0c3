/**
 * The end of `run` and `report`: report files, the table or the JSON on stdout, notes on stderr, and the exit code.
 * @module
 */
import { join } from 'node:path';
import type { Verdict } from '../schema/index.ts';
import type { RunFolder } from '../store/index.ts';
import type { Analysis } from './analyse.ts';
import { paint, wantsColour } from './colour.ts';
import { EXIT } from './exit-code.ts';
import { note, type CliIo } from './io.ts';
import { jsonText, tellGithub, terminalText, viewOf, writeReports, type ReporterName } from './render.ts';
import { comparisonLines } from './tell-comparison.ts';
import { counted } from './words.ts';

export interface ResultFlags {
  readonly json?: boolean;
  readonly color: boolean;
  readonly exitZero?: boolean;
}

export interface TellResultInput {
  readonly run: RunFolder;
  readonly analysis: Analysis;
  readonly flags: ResultFlags;
  readonly io: CliIo;
  readonly reporters: readonly ReporterName[];
  readonly reportMaxBytes: number;
}

/** @returns the exit code */
export function tellResult({ run, analysis, flags, io, reporters, reportMaxBytes }: TellResultInput): number {
  const view = viewOf(run, analysis);
  const files = writeReports(run, view, { reporters, units: { log: analysis.log, reportMaxBytes } });
  if (reporters.includes('github')) tellGithub(view, io);
  if (flags.json === true) io.stdout.write(jsonText(run, analysis));
  else {
    const colour = wantsColour(io, io.stdout, flags.color);
    io.stdout.write(terminalText(view, { colour, columns: io.stdout.columns }));
    const { comparison, verdict } = analysis;
    const style = { colour, columns: io.stdout.columns };
    if (comparison !== null) io.stdout.write(`\n${comparisonLines(comparison, verdict, style).join('\n')}\n`);
  }
  tellNotes(analysis, flags, io);
  for (const file of files) note(io, join(run.directory, file));
  tellNextStep(analysis.verdict, io);
  return gateCode(analysis, flags);
}

/** The same from every verb. `--exit-zero` covers the gate alone: an incomplete run stays 3. */
export function gateCode({ verdict }: Pick<Analysis, 'verdict'>, { exitZero }: Pick<ResultFlags, 'exitZero'>): number {
  return exitZero === true && verdict.exitCode !== EXIT.incomplete ? EXIT.pass : verdict.exitCode;
}

/** One command that goes on from here; nothing after a pass. */
export function tellNextStep({ outcome, checks }: Verdict, io: CliIo): void {
  if (outcome === 'pass') return;
  const worst = checks.filter((check) => check.outcome === outcome && check.waivedBy === null);
  const needed = worst.flatMap(({ comparisonsNeeded }) => comparisonsNeeded ?? []);
  const onlyBaseline = worst.length > 0 && worst.every(({ report }) => report === 'baseline');
  const next =
    outcome === 'incomplete'
      ? 'finish the run: evenkeel run --resume'
      : outcome === 'inconclusive'
        ? needed.length > 0
          ? `measure more: ${Math.max(...needed)} comparisons or cases would decide every open check`
          : 'see the reasons above; more of the same would not decide it'
        : onlyBaseline
          ? 'when the change is meant: evenkeel baseline update'
          : 'see where outputs diverge: evenkeel report -o html';
  note(io, `next: ${next}`);
}

/** What the reader of the verdict must know about the log. */
export function tellNotes({ log, verdict }: Analysis, flags: Pick<ResultFlags, 'color'>, io: CliIo): void {
  const warning = paint('yellow', 'warning:', wantsColour(io, io.stderr, flags.color));
  if (log.tornBytes > 0)
    io.stderr.write(
      `${warning} the last line of units.jsonl was cut off (${log.tornBytes} bytes) and is not counted\n`,
    );
  const [first] = log.unequal;
  if (first !== undefined)
    io.stderr.write(
      `${warning} ${counted(log.unequal.length, 'unit')} ran twice with unequal results, first ${first.unitId} in ${first.what}; the last counts, both are in units.jsonl\n`,
    );
  else if (log.repeatedUnits > 0) note(io, `note: ${counted(log.repeatedUnits, 'unit')} ran twice, with equal results`);
  const cached = log.units.filter(({ cachedFrom }) => cachedFrom !== null).length;
  if (cached > 0) note(io, `note: ${counted(cached, 'unit')} taken from earlier runs; --no-cache measures them again`);
  const retried = log.units.filter(({ attempts }) => attempts > 1).length;
  if (retried > 0)
    io.stderr.write(
      `${warning} ${counted(retried, 'unit')} needed more than one attempt; they are named in findings.json (retried)\n`,
    );
  if (verdict.outcome === 'inconclusive' && verdict.exitCode === 0)
    io.stderr.write(`${warning} inconclusive: ${verdict.reason}\n`);
}
