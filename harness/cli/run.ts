/**
 * `evenkeel run`: plan, execute, analyse, judge, report. Also continues a run that was interrupted.
 * @module
 */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { canonicalJson, jobFor, unitsOfShard } from '../plan/index.ts';
import { ConfigError, DataError } from '../ports/index.ts';
import { executePlan, unitsToDo, type PlanOutcome } from '../run/index.ts';
import type { TargetDescription, Unit } from '../schema/index.ts';
import {
  createRun,
  isRunArchive,
  openRun,
  packRunArchive,
  writeStoredBaseline,
  type LogIndex,
  type RunFolder,
} from '../store/index.ts';
import { cardContradictions } from '../targets/index.ts';
import { analyseAndStore, policyOf, todayOf } from './analyse.ts';
import { checkName, refuseInCi, writeBaseline } from './baseline.ts';
import { paint, wantsColour } from './colour.ts';
import { loadBaseline } from './compare.ts';
import { EXIT } from './exit-code.ts';
import { BASELINE_NAME_DEFAULT, baselinePath } from './find-baseline.ts';
import {
  addPlanFlags,
  baselineFlag,
  jsonFlag,
  lanesFlag,
  noColourFlag,
  outputFlag,
  policyFlag,
  reportMaxBytesFlag,
  wholeNumber,
} from './flags.ts';
import { detail, type CliIo } from './io.ts';
import { runCache } from './run-cache.ts';
import { runCacheTiming } from './run-cache-timing.ts';
import { runProfile } from './run-profile.ts';
import { makeManifest, newRunId, runCommand } from './manifest.ts';
import { prepare, type PlanFlags, type Prepared } from './prepare.ts';
import { createProgress } from './progress.ts';
import { tellPlan } from './tell-plan.ts';
import { tellResult } from './tell-result.ts';
import { tellShard } from './tell-shard.ts';
import { counted, oneLine } from './words.ts';

export interface RunFlags extends PlanFlags {
  /** True: the latest run. */
  readonly resume?: string | true;
  readonly retryErrors?: string | true;
  readonly maxErrors?: number;
  readonly runId?: string;
  readonly blob?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly color: boolean;
  readonly progress: boolean;
  readonly exitZero?: boolean;
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
  readonly force?: boolean;
}

const EXAMPLES = `
Examples:
  evenkeel run                                  the config of this folder
  evenkeel run -n 2 --filter batch-size,repeat  a part of it, in seconds
  evenkeel run --resume                         go on with the latest run
  evenkeel run --fault compressor-state-not-reset   does the harness see a seeded leak?
  evenkeel run --retry-errors                   redo units that ended in an error
  evenkeel run --shard 2/3                      a third of it; then evenkeel merge
  evenkeel run --baseline main                  compare with a saved result
  evenkeel run --json > result.json             the result for a machine

Ctrl-C stops after writing what is finished, and prints the command that goes on.`;

export function addRunVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  const command = program.command('run').description('run the perturbations of the config, report, and apply the gate');
  addPlanFlags(command)
    .addOption(lanesFlag())
    .option('--resume [run]', 'continue a run: its id, or nothing for the latest')
    .option('--retry-errors [run]', 'run again what ended with an error, and nothing else')
    .option('--max-errors <count>', 'stop after more units than this have ended with an error', wholeNumber(0, 1e9))
    .option('--cache', 'take units of the drift report from earlier runs on this target (config: cache.use)')
    .option('--no-cache', 'measure everything (the default)')
    .option('--dry-run', 'print the plan, as `evenkeel plan` does, and run nothing')
    .option('--run-id <id>', 'name of the new run (default: time and plan)')
    .option('--blob <file>', 'also pack the run folder, as .tar.gz, to be carried to the merge')
    .addOption(policyFlag())
    .addOption(baselineFlag())
    .option('-u, --update-baseline', 'save the run as that baseline (default: main) instead; refused where CI is set')
    .option('--force', 'with -u: also where CI is set')
    .addOption(outputFlag())
    .addOption(reportMaxBytesFlag())
    .addOption(jsonFlag('verdict and findings'))
    .addOption(noColourFlag())
    .option('--no-progress', 'no progress on stderr; failures are still told')
    .option('--exit-zero', 'exit 0 although the gate failed or could not decide (report-only jobs)')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: RunFlags) => {
      setExitCode(await runVerb(flags, io));
    });
}

/** @returns the exit code */
async function runVerb(flags: RunFlags, io: CliIo): Promise<number> {
  checkFlags(flags);
  if (flags.updateBaseline === true) {
    refuseInCi('--update-baseline', flags.force === true, io);
    checkName(flags.baseline ?? BASELINE_NAME_DEFAULT);
  }
  const prepared = await prepare(flags, io);
  if (flags.dryRun === true) {
    tellPlan(prepared, flags, io);
    return EXIT.pass;
  }
  // Before anything runs: a baseline that cannot be read must not cost a run.
  const baseline =
    flags.baseline === undefined || flags.updateBaseline === true
      ? undefined
      : await loadBaseline(flags.baseline, prepared.file, io);
  const interrupt = listenForInterrupt(io);
  try {
    const { target } = prepared;
    const continued = flags.resume ?? flags.retryErrors;
    const earlier = continued === undefined ? null : openEarlier(prepared, continued, flags, io);
    const description = await Promise.race([target.describe(), interrupt.given]);
    if (description === null) return EXIT.interrupted;
    if (earlier !== null) checkSameTarget(earlier, description);
    const run = earlier ?? (await startRun(prepared, description, flags, io));
    tellDetails(prepared, description, run, io);
    tellContradictions(description.card, flags, io);
    const outcome = await execute({ prepared, description, run, flags, io, signal: interrupt.signal });
    const timing = { prepared, description, run, io, signal: interrupt.signal };
    const whole = !outcome.aborted && (await runProfile(timing)) && (await runCacheTiming(timing));
    if (!whole) {
      tellInterrupted(run, prepared, flags, io);
      return EXIT.interrupted;
    }
    if (outcome.tooManyErrors)
      io.stderr.write(`Stopped: more than ${flags.maxErrors} units ended with an error (--max-errors)\n`);
    if (flags.blob !== undefined) {
      await packRunArchive(run.directory, resolve(io.cwd, flags.blob));
      io.stderr.write(`${resolve(io.cwd, flags.blob)}\n`);
    }
    if (baseline !== undefined) writeStoredBaseline(run, baseline);
    if (run.manifest.shard !== null) return await tellShard(run, run.manifest.shard, flags, io);
    const analysis = await analyseAndStore(run, { today: todayOf(io), baseline });
    if (flags.updateBaseline === true)
      writeBaseline({
        path: baselinePath(prepared.file, io),
        name: flags.baseline ?? BASELINE_NAME_DEFAULT,
        run,
        analysis,
        flags,
        io,
      });
    const { reporters, reportMaxBytes } = prepared.config;
    return tellResult({ run, analysis, flags, io, reporters, reportMaxBytes });
  } finally {
    interrupt.stop();
    await prepared.target.close();
  }
}

function checkFlags({ resume, retryErrors, runId, blob }: RunFlags): void {
  const conflict = (at: string, expected: string, got: string, hint: string): ConfigError =>
    new ConfigError({ code: 'FLAG_CONFLICT', at, expected, got, hint });
  if (resume !== undefined && retryErrors !== undefined)
    throw conflict('--retry-errors', 'not together with --resume', '--resume', 'Resuming runs errors again too.');
  if ((resume ?? retryErrors) !== undefined && runId !== undefined)
    throw conflict(
      '--run-id',
      `not together with ${resume === undefined ? '--retry-errors' : '--resume'}`,
      runId,
      'A run that is continued keeps its id.',
    );
  if (blob !== undefined && !isRunArchive(blob))
    throw conflict('--blob', 'a file name that ends in .tar.gz', JSON.stringify(blob), 'That is what a merge reads.');
}

/** With --verbose: what a person asks first when a run surprises. */
function tellDetails(prepared: Prepared, description: TargetDescription, run: RunFolder, io: CliIo): void {
  detail(io, `config ${prepared.file}`);
  for (const { key, value, source, from } of prepared.sources)
    if (source !== 'file' && source !== 'default') detail(io, `  ${key} = ${JSON.stringify(value)} (${from})`);
  detail(io, `plan ${run.plan.planSha256}`);
  detail(io, `target ${description.id} (${description.kind}) ${description.fingerprintSha256}`);
  for (const { name, value, source } of description.card) detail(io, `  ${name}: ${oneLine(value)} (${source})`);
  detail(io, `run folder ${run.directory}`);
}

function tellContradictions(card: TargetDescription['card'], flags: RunFlags, io: CliIo): void {
  const warning = paint('yellow', 'warning:', wantsColour(io, io.stderr, flags.color));
  for (const words of cardContradictions(card)) io.stderr.write(`${warning} target.declared, ${oneLine(words)}\n`);
}

interface Execution {
  readonly prepared: Prepared;
  readonly description: TargetDescription;
  readonly run: RunFolder;
  readonly flags: RunFlags;
  readonly io: CliIo;
  readonly signal: AbortSignal;
}

async function execute({ prepared, description, run, flags, io, signal }: Execution): Promise<PlanOutcome> {
  const { planInput, target } = prepared;
  // The lock comes first: the log must not grow between reading and writing.
  const writer = run.openWriter();
  try {
    const log = await run.indexUnits();
    const units = unitsFor(run, log, flags);
    const toDo = unitsToDo({ units }, log.units);
    const progress = createProgress({
      planned: units.length,
      toDo,
      io,
      shown: flags.progress && io.telling.level !== 'quiet',
      colour: flags.color,
    });
    if (flags.progress && io.telling.level !== 'quiet') {
      const before = units.length - toDo.length;
      const rest = before === 0 ? '' : `, ${before} done before`;
      progress.say(`${run.id}: ${counted(units.length, 'unit')}${rest}`);
    }
    try {
      return await executePlan({
        plan: { units },
        target,
        jobFor: (unit, level) => jobFor(planInput, unit, level),
        precisionModes: description.capabilities.precisionModes,
        knobs: description.capabilities.knobs ?? [],
        writer,
        clock: io.clock,
        signal,
        earlier: log.units,
        errorsMax: flags.maxErrors ?? null,
        ...(prepared.config.cache.use
          ? { cache: runCache({ prepared, description, run, io, say: progress.say }) }
          : {}),
        onProgress: progress.onEvent,
      });
    } finally {
      progress.end();
    }
  } finally {
    writer.close();
  }
}

/** Those of the plan, of the shard, or of either the ones that ended with an error. */
function unitsFor({ plan, manifest }: RunFolder, log: LogIndex, { retryErrors }: RunFlags): Unit[] {
  const units = manifest.shard === null ? plan.units : unitsOfShard(plan.units, manifest.shard);
  if (retryErrors === undefined) return units;
  const failed = new Set(log.units.filter(({ status }) => status === 'error').map(({ unitId }) => unitId));
  return units.filter(({ id }) => failed.has(id));
}

async function startRun(
  prepared: Prepared,
  description: TargetDescription,
  flags: RunFlags,
  io: CliIo,
): Promise<RunFolder> {
  const { plan, runsDirectory } = prepared;
  const wanted = flags.runId ?? newRunId(prepared, io);
  const own = await makeManifest({ prepared, description, flags, runId: wanted, io });
  for (let copy = 2; ; copy++) {
    try {
      return createRun(runsDirectory, { manifest: own, plan });
    } catch (error) {
      // Two runs of one plan in one second; an id that was asked for is never changed.
      const taken = error instanceof ConfigError && error.code === 'RUN_EXISTS' && flags.runId === undefined;
      if (!taken) throw error;
      own.runId = `${wanted}-${copy}`;
    }
  }
}

/** The run to continue; refused when what would be measured is not what it measured. */
function openEarlier(prepared: Prepared, continued: string | true, flags: RunFlags, io: CliIo): RunFolder {
  const id = typeof continued === 'string' && continued !== 'latest' ? continued : null;
  const run = openRun(prepared.runsDirectory, id);
  const { manifest } = run;
  if (manifest.planSha256 !== prepared.plan.planSha256)
    throw new DataError({
      code: 'RESUME_PLAN_DIFFERS',
      at: `run ${run.id}`,
      expected: `the plan ${manifest.planSha256} that it began with`,
      got: `the plan ${prepared.plan.planSha256} of the config and flags given now`,
      hint: `Use the config, cases and flags of its beginning: ${manifest.reproduce}`,
    });
  if (manifest.merged !== null)
    throw new DataError({
      code: 'RESUME_MERGED',
      at: `run ${run.id}`,
      expected: 'a run that a target has answered',
      got: 'one that was merged from shards',
      hint: 'Continue the shards and merge them again.',
    });
  // Without the flag a shard stays the shard that it is.
  if (prepared.shard !== null && canonicalJson(prepared.shard) !== canonicalJson(manifest.shard))
    throw new DataError({
      code: 'RESUME_SHARD_DIFFERS',
      at: `run ${run.id}`,
      expected: manifest.shard === null ? 'no --shard' : `shard ${manifest.shard.index} of ${manifest.shard.of}`,
      got: `shard ${prepared.shard.index} of ${prepared.shard.of}`,
      hint: 'A run is continued as the part of the plan that it began as.',
    });
  // Cases, generation, perturbations and seed are in the plan, the target in its fingerprint; of what is left, the policy judges.
  if (canonicalJson(policyOf(run)) !== canonicalJson(prepared.config.policy)) {
    const note = paint('yellow', 'note:', wantsColour(io, io.stderr, flags.color));
    io.stderr.write(
      `${note} the policy has changed since run ${run.id} began; it is judged by the one it began with\n`,
    );
  }
  return run;
}

function checkSameTarget({ id, manifest }: RunFolder, description: TargetDescription): void {
  const before = manifest.target;
  if (before.fingerprintSha256 === description.fingerprintSha256) return;
  const now = new Map(description.card.map(({ name, value }) => [name, value]));
  const changed = before.card
    .filter(({ name, value }) => now.get(name) !== value)
    .map(({ name, value }) => `${name} was ${value}, is ${now.get(name) ?? 'absent'}`);
  throw new DataError({
    code: 'RESUME_TARGET_DIFFERS',
    at: `run ${id}`,
    expected: `the target ${before.fingerprintSha256} that it began with`,
    got: description.fingerprintSha256,
    hint: `Results of two targets cannot be one run. ${changed.join('; ')}`.trim(),
  });
}

function tellInterrupted(run: RunFolder, prepared: Prepared, flags: RunFlags, io: CliIo): void {
  const resume = runCommand({ ...prepared, shard: run.manifest.shard }, flags, io, ['--resume', run.id]);
  io.stderr.write(`Interrupted; what was finished is kept in ${run.directory}\nContinue with:\n  ${resume}\n`);
}

interface Interrupt {
  readonly signal: AbortSignal;
  /** Null, as soon as the signal is given. */
  readonly given: Promise<null>;
  readonly stop: () => void;
}

/** The first Ctrl-C asks the run to stop, the second ends the process. */
function listenForInterrupt(io: CliIo): Interrupt {
  const controller = new AbortController();
  const given = new Promise<null>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const stop = io.onInterrupt(() => {
    if (controller.signal.aborted) io.exitNow(EXIT.interrupted);
    controller.abort();
  });
  return { signal: controller.signal, given, stop };
}
