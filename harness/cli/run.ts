/**
 * `evenkeel run`: plan, execute, analyse, judge, report. Also continues a run that was interrupted.
 * @module
 */
import type { Command } from 'commander';
import { canonicalJson, jobFor } from '../plan/index.ts';
import { ConfigError, DataError } from '../ports/index.ts';
import { executePlan, unitsToDo } from '../run/index.ts';
import type { TargetDescription } from '../schema/index.ts';
import { createRun, openRun, type RunFolder } from '../store/index.ts';
import { analyseAndStore, policyOf } from './analyse.ts';
import { paint, wantsColour } from './colour.ts';
import { EXIT } from './exit-code.ts';
import { addPlanFlags, jsonFlag, lanesFlag, noColourFlag, outputFlag } from './flags.ts';
import type { CliIo } from './io.ts';
import { makeManifest, newRunId, runCommand } from './manifest.ts';
import { prepare, type PlanFlags, type Prepared } from './prepare.ts';
import { createProgress } from './progress.ts';
import { tellResult } from './tell-result.ts';
import { counted } from './words.ts';

export interface RunFlags extends PlanFlags {
  /** True: the latest run. */
  readonly resume?: string | true;
  readonly runId?: string;
  readonly json?: boolean;
  readonly color: boolean;
  readonly progress: boolean;
  readonly exitZero?: boolean;
}

const EXAMPLES = `
Examples:
  evenkeel run                                  the config of this folder
  evenkeel run -n 2 --filter batch-size,repeat  a part of it, in seconds
  evenkeel run --resume                         go on with the latest run
  evenkeel run --fault compressor-state-not-reset   does the harness see a seeded leak?
  evenkeel run --json > result.json             the result for a machine

Ctrl-C stops after writing what is finished, and prints the command that goes on.`;

export function addRunVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  const command = program.command('run').description('run the perturbations of the config, report, and apply the gate');
  addPlanFlags(command)
    .addOption(lanesFlag())
    .option('--resume [run]', 'continue a run: its id, or nothing for the latest')
    .option('--run-id <id>', 'name of the new run (default: time and plan)')
    .addOption(outputFlag())
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
  if (flags.resume !== undefined && flags.runId !== undefined)
    throw new ConfigError({
      code: 'FLAG_CONFLICT',
      at: '--run-id',
      expected: 'not together with --resume',
      got: flags.runId,
      hint: 'A run that is continued keeps its id.',
    });
  const prepared = await prepare(flags, io);
  const interrupt = listenForInterrupt(io);
  try {
    const { target } = prepared;
    const earlier = flags.resume === undefined ? null : openEarlier(prepared, flags, io);
    const description = await Promise.race([target.describe(), interrupt.given]);
    if (description === null) return EXIT.interrupted;
    if (earlier !== null) checkSameTarget(earlier, description);
    const run = earlier ?? (await startRun(prepared, description, flags, io));
    const finished = await execute({ prepared, description, run, flags, io, signal: interrupt.signal });
    if (!finished) {
      tellInterrupted(run, prepared, flags, io);
      return EXIT.interrupted;
    }
    const analysis = await analyseAndStore(run);
    return tellResult({ run, analysis, flags, io, reporters: prepared.config.reporters });
  } finally {
    interrupt.stop();
    await prepared.target.close();
  }
}

interface Execution {
  readonly prepared: Prepared;
  readonly description: TargetDescription;
  readonly run: RunFolder;
  readonly flags: RunFlags;
  readonly io: CliIo;
  readonly signal: AbortSignal;
}

/** False when units are left since the signal was given. */
async function execute({ prepared, description, run, flags, io, signal }: Execution): Promise<boolean> {
  const { planInput, target } = prepared;
  const { plan } = run;
  // The lock comes first: the log must not grow between reading and writing.
  const writer = run.openWriter();
  try {
    const log = await run.summarise();
    const toDo = unitsToDo(plan, log.observations);
    const progress = createProgress({
      planned: plan.units.length,
      toDo,
      io,
      shown: flags.progress,
      colour: flags.color,
    });
    if (flags.progress) {
      const before = plan.units.length - toDo.length;
      const rest = before === 0 ? '' : `, ${before} done before`;
      progress.say(`${run.id}: ${counted(plan.units.length, 'unit')}${rest}`);
    }
    try {
      const outcome = await executePlan({
        plan,
        target,
        jobFor: (unit, level) => jobFor(planInput, unit, level),
        precisionModes: description.capabilities.precisionModes,
        writer,
        clock: io.clock,
        signal,
        earlier: log.observations,
        onProgress: progress.onEvent,
      });
      return !outcome.aborted;
    } finally {
      progress.end();
    }
  } finally {
    writer.close();
  }
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
function openEarlier(prepared: Prepared, flags: RunFlags, io: CliIo): RunFolder {
  const { resume } = flags;
  const id = typeof resume === 'string' && resume !== 'latest' ? resume : null;
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
  const resume = runCommand(prepared, flags, io, ['--resume', run.id]);
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
