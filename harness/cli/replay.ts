/**
 * `evenkeel replay <repro.json>`: runs both sides of a reproducer and says whether the difference is still there.
 * @module
 */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { perturbationOptions } from '../../perturbations/index.ts';
import { resolveConfig, type TargetConfig } from '../config/index.ts';
import { differenceOf, differs } from '../diagnose/index.ts';
import { readRepro } from '../store/index.ts';
import type { Repro } from '../schema/index.ts';
import { EXIT } from './exit-code.ts';
import { configFlag, jsonFlag, wholeNumber } from './flags.ts';
import { note, type CliIo } from './io.ts';
import { runPair } from './locate-pair.ts';
import { openTarget, ownTarget } from './recorded-run.ts';
import { counted } from './words.ts';

interface ReplayFlags {
  readonly config?: string;
  readonly trials: number;
  readonly json?: true;
}

const TRIALS_MAX = 10_000;

const HELP = `
Examples:
  evenkeel replay .evenkeel/runs/latest-id/repro.json
  evenkeel replay repro.json --trials 20        a noisy server: how often?

Exit code 1 when the difference is there in any trial, 0 when it is in none: it can
stand in git bisect. An embedded target is taken from the file; any other from your
config, since a file from elsewhere must not name code or an address.`;

export function addReplayVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  program
    .command('replay')
    .argument('<file>', 'repro.json of a diagnosis')
    .description('run both sides of a reproducer: is the difference still there?')
    .option('--trials <count>', 'how often both sides are run', wholeNumber(1, TRIALS_MAX), 1)
    .addOption(configFlag())
    .addOption(jsonFlag('the result'))
    .addHelpText('after', HELP)
    .action(async (file: string, flags: ReplayFlags) => {
      const found = await replay(readRepro(resolve(io.cwd, file)), flags, io);
      if (flags.json === true) io.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      else io.stdout.write(`${words(found)}\n`);
      setExitCode(found.differing > 0 ? EXIT.failed : EXIT.pass);
    });
}

interface Replayed {
  readonly by: Repro['by'];
  readonly trials: number;
  readonly differing: number;
  /** Of the first trial that differs. */
  readonly firstBitDiff: number | null;
  readonly firstTokenDiff: number | null;
  /** Whether the target is the one that was diagnosed. */
  readonly sameTarget: boolean;
}

async function replay(repro: Repro, { config, trials }: ReplayFlags, io: CliIo): Promise<Replayed> {
  const own = await ownTarget(targetConfigOf(repro), config, io);
  const target = await openTarget(own);
  try {
    const { fingerprintSha256 } = await target.describe();
    const sameTarget = fingerprintSha256 === repro.target.fingerprintSha256;
    if (!sameTarget) note(io, 'note: the target is not the one that was diagnosed, or another version of it');
    let differing = 0;
    let first = { firstBitDiff: null, firstTokenDiff: null } as Pick<Replayed, 'firstBitDiff' | 'firstTokenDiff'>;
    for (let trial = 0; trial < trials; trial++) {
      const sides = await runPair(target, { ...repro.sides, watched: repro.watched });
      if (!differs(sides, repro.by)) continue;
      const { firstBitDiff, firstTokenDiff } = differenceOf(sides);
      if (differing++ === 0) first = { firstBitDiff, firstTokenDiff };
    }
    return { by: repro.by, trials, differing, ...first, sameTarget };
  } finally {
    await target.close();
  }
}

/** @throws ConfigError for a target that no configuration may have */
function targetConfigOf({ target }: Repro): TargetConfig {
  // of a target that is not embedded only the kind counts
  const embedded = target.kind === 'reference-engine' || target.kind === 'null';
  if (!embedded) return { kind: target.kind } as TargetConfig;
  const raw = { target: target.config, cases: 'none', perturbations: { repeat: {} } };
  return resolveConfig(raw, { perturbationOptions, subject: 'the reproducer' }).target;
}

function words({ by, trials, differing, firstBitDiff, firstTokenDiff }: Replayed): string {
  if (differing === 0) return `Not reproduced: both sides are equal in ${by} (${counted(trials, 'trial')}).`;
  const first = (by === 'tokens' ? firstTokenDiff : firstBitDiff) ?? firstTokenDiff;
  const where = first === null ? '' : `, first at produced token ${first}`;
  return `Reproduced: the sides differ in ${by} in ${differing} of ${counted(trials, 'trial')}${where}.`;
}
