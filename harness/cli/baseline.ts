/**
 * `evenkeel baseline`: named results in `evenkeel.baseline.json`, a file to be committed.
 *
 * `save` adds a name and never changes one; `update` changes one on purpose, and not where CI is set.
 * @module
 */
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { ConfigError, DataError } from '../ports/index.ts';
import { identifier, SCHEMA_VERSION, type Baseline, type BaselineFile } from '../schema/index.ts';
import { baselineText, readBaselineFile, saveBaseline, type RunFolder } from '../store/index.ts';
import { analyse, todayOf, type Analysis } from './analyse.ts';
import { paint, wantsColour } from './colour.ts';
import { BASELINE_FILE, BASELINE_NAME_DEFAULT, baselinePath, onlyBaseline } from './find-baseline.ts';
import { findRun } from './find-run.ts';
import { configFlag, jsonFlag, noColourFlag } from './flags.ts';
import type { CliIo } from './io.ts';
import { counted, tableText } from './words.ts';

interface BaselineFlags {
  readonly config?: string;
  readonly file?: string;
  readonly run?: string;
  readonly force?: boolean;
  readonly allowPartial?: boolean;
  readonly json?: boolean;
  readonly color: boolean;
}

const EXAMPLES = `
Examples:
  evenkeel baseline save              the latest run becomes "main"
  evenkeel baseline save nightly --run 20261124-041600-3fa2b1
  evenkeel run --baseline main        compare the next run with it
  evenkeel baseline update            accept the latest run as the new "main"

Commit ${BASELINE_FILE}. Equal results give equal bytes, so that a diff of it is a change of results.`;

export function addBaselineVerb(program: Command, io: CliIo): void {
  const verb = program
    .command('baseline')
    .description(`manage the named results of ${BASELINE_FILE}`)
    .addHelpText('after', EXAMPLES);
  const withFile = (command: Command): Command =>
    command
      .addOption(configFlag())
      .option('--file <path>', `baseline file (default: ${BASELINE_FILE} beside the config)`);
  const withRun = (command: Command): Command =>
    withFile(command)
      .argument('[name]', 'name of the baseline', BASELINE_NAME_DEFAULT)
      .option('--run <run>', 'id or path of the run (default: the latest)')
      .option('--allow-partial', 'also from a run that has not measured all of its units')
      .addOption(noColourFlag());
  withRun(verb.command('save').description('save a run under a new name')).action(
    (name: string, flags: BaselineFlags) => saveVerb(name, flags, io),
  );
  withRun(verb.command('update').description('replace a saved baseline by a run; refused where CI is set'))
    .option('--force', 'also where CI is set')
    .action((name: string, flags: BaselineFlags) => updateVerb(name, flags, io));
  withFile(verb.command('list').description('list the saved baselines'))
    .addOption(jsonFlag('the list'))
    .action((flags: BaselineFlags) => listVerb(flags, io));
  withFile(verb.command('show').description('show what a baseline holds'))
    .argument('[name]', 'name of the baseline', BASELINE_NAME_DEFAULT)
    .addOption(jsonFlag('the whole baseline'))
    .action((name: string, flags: BaselineFlags) => showVerb(name, flags, io));
}

async function saveVerb(name: string, flags: BaselineFlags, io: CliIo): Promise<void> {
  const path = pathOf(flags, io);
  checkName(name);
  const { run, analysis } = await analysedRun(flags, io);
  const known = readBaselineFile(path)?.baselines[name];
  if (known !== undefined && !isSame(name, known, analysis.snapshot()))
    throw new ConfigError({
      code: 'BASELINE_EXISTS',
      at: path,
      expected: 'a name that is not taken, or the same results',
      got: `${JSON.stringify(name)} with other results`,
      hint: `See what changed: evenkeel compare ${name} ${run.id}. Accept it with: evenkeel baseline update ${name}`,
    });
  writeBaseline({ path, name, run, analysis, flags, io });
}

async function updateVerb(name: string, flags: BaselineFlags, io: CliIo): Promise<void> {
  refuseInCi('baseline update', flags.force === true, io);
  const path = pathOf(flags, io);
  if (readBaselineFile(path)?.baselines[name] === undefined)
    throw new ConfigError({
      code: 'BASELINE_NOT_FOUND',
      at: path,
      expected: 'a saved baseline',
      got: JSON.stringify(name),
      hint: `Save it first: evenkeel baseline save ${name}`,
    });
  const { run, analysis } = await analysedRun(flags, io);
  writeBaseline({ path, name, run, analysis, flags, io });
}

export interface WriteBaselineInput {
  readonly path: string;
  readonly name: string;
  readonly run: RunFolder;
  readonly analysis: Analysis;
  readonly flags: Pick<BaselineFlags, 'color' | 'allowPartial'>;
  readonly io: CliIo;
}

/** @throws DataError when units of the run are missing and a part was not asked for */
export function writeBaseline({ path, name, run, analysis, flags, io }: WriteBaselineInput): void {
  const { findings, verdict } = analysis;
  const snapshot = analysis.snapshot();
  const missing = findings.unitsPlanned - findings.unitsObserved - findings.unsupported.length;
  if (missing > 0 && flags.allowPartial !== true)
    throw new DataError({
      code: 'BASELINE_INCOMPLETE',
      at: `run ${run.id}`,
      expected: `all of its ${counted(findings.unitsPlanned, 'unit')}`,
      got: `${findings.unitsObserved}`,
      hint: `Finish it with \`evenkeel run --resume ${run.id}\`, or save the part with --allow-partial.`,
    });
  const changed = saveBaseline(path, name, snapshot);
  io.stderr.write(
    `${changed ? 'saved' : 'unchanged:'} ${name}: ${counted(findings.unitsObserved, 'unit')} of run ${run.id}, ` +
      `${counted(snapshot.effects.length, 'effect')}\n${path}\n`,
  );
  if (verdict.outcome !== 'fail') return;
  const note = paint('yellow', 'warning:', wantsColour(io, io.stderr, flags.color));
  io.stderr.write(`${note} the gate fails this run: ${verdict.reason}\n`);
}

/** Where nobody looks at the difference, nothing may be blessed. */
export function refuseInCi(what: string, forced: boolean, { env }: Pick<CliIo, 'env'>): void {
  const { CI } = env;
  if (forced || CI === undefined || CI === '' || CI === 'false' || CI === '0') return;
  throw new ConfigError({
    code: 'BASELINE_UPDATE_IN_CI',
    at: what,
    expected: 'no update where CI is set',
    got: `CI=${CI}`,
    hint: `Update it on your machine and commit ${BASELINE_FILE}, or add --force.`,
  });
}

function listVerb(flags: BaselineFlags, io: CliIo): void {
  const baselines = readBaselineFile(pathOf(flags, io))?.baselines ?? {};
  const rows = Object.keys(baselines)
    .sort()
    .map((name) => ({ name, ...summaryOf(baselines[name]) }));
  if (flags.json === true) io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else if (rows.length === 0) io.stderr.write('no baseline yet; save one with: evenkeel baseline save\n');
  else
    io.stdout.write(
      tableText(
        ['name', 'target', 'units', 'effects', 'plan', 'fingerprint'],
        rows.map(({ name, target, units, effects, planSha256, fingerprintSha256 }) => [
          name,
          target,
          units,
          effects,
          planSha256.slice(0, 12),
          fingerprintSha256.slice(0, 12),
        ]),
      ),
    );
}

function showVerb(name: string, flags: BaselineFlags, io: CliIo): void {
  const path = pathOf(flags, io);
  const file = readBaselineFile(path) ?? { schemaVersion: SCHEMA_VERSION, baselines: {} };
  const { baseline } = onlyBaseline(file, path, name);
  if (flags.json === true) {
    io.stdout.write(`${JSON.stringify(baseline, null, 2)}\n`);
    return;
  }
  const { target, units, planSha256, fingerprintSha256 } = summaryOf(baseline);
  io.stdout.write(`${name}: ${counted(units, 'unit')} of ${target}\nplan ${planSha256}\ntarget ${fingerprintSha256}\n`);
  for (const [line, value] of Object.entries(baseline.target.card)) io.stdout.write(`  ${line}: ${value}\n`);
  io.stdout.write('\n');
  io.stdout.write(
    tableText(
      ['report', 'axis', 'level', 'metric', 'value', 'n'],
      baseline.effects.map(({ report, axis, level, metric, value }) => [
        report,
        axis,
        level,
        metric,
        value.kind === 'measured' ? String(Number(value.value.toPrecision(4))) : value.kind,
        value.kind === 'measured' ? String(value.n) : '',
      ]),
    ),
  );
}

function summaryOf({ target, units, effects, planSha256 }: Baseline) {
  return {
    target: target.id,
    units: Object.keys(units).length,
    effects: effects.length,
    planSha256,
    fingerprintSha256: target.fingerprintSha256,
  };
}

async function analysedRun(flags: BaselineFlags, io: CliIo): Promise<{ run: RunFolder; analysis: Analysis }> {
  const { config } = flags;
  const run = await findRun({ run: flags.run, ...(config === undefined ? {} : { config }) }, io);
  return { run, analysis: await analyse(run, { today: todayOf(io) }) };
}

function pathOf({ config, file }: BaselineFlags, io: CliIo): string {
  return file === undefined ? baselinePath(config, io) : resolve(io.cwd, file);
}

/** @throws ConfigError */
export function checkName(name: string): void {
  const parsed = identifier.safeParse(name);
  if (parsed.success) return;
  throw new ConfigError({
    code: 'BASELINE_NAME_INVALID',
    at: 'name of the baseline',
    expected: parsed.error.issues[0].message,
    got: JSON.stringify(name),
    hint: '',
  });
}

function isSame(name: string, a: Baseline, b: Baseline): boolean {
  const text = (baseline: Baseline): string => {
    const file: BaselineFile = { schemaVersion: SCHEMA_VERSION, baselines: { [name]: baseline } };
    return baselineText(file);
  };
  return text(a) === text(b);
}
