/**
 * `evenkeel merge`: the shards of one run become one run, which is analysed, judged and reported as a whole.
 * @module
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { planSha256, unitsOfShard } from '../plan/index.ts';
import { ConfigError, DataError } from '../ports/index.ts';
import type { Manifest } from '../schema/index.ts';
import {
  checkMergeable,
  isRunArchive,
  mergeRuns,
  openRunFolder,
  unpackRunArchive,
  type Mergeable,
  type Merged,
  type RunFolder,
} from '../store/index.ts';
import { analyseAndStore, todayOf } from './analyse.ts';
import { paint, wantsColour } from './colour.ts';
import { runsDirectoryOf } from './find-run.ts';
import { configFlag, jsonFlag, noColourFlag, outputFlag, reportMaxBytesFlag } from './flags.ts';
import { note, type CliIo } from './io.ts';
import { timedId } from './manifest.ts';
import { packageVersion } from './package-version.ts';
import { reportersOf, reportMaxBytesOf, type ReporterName } from './render.ts';
import { tellResult, type ResultFlags } from './tell-result.ts';
import { counted } from './words.ts';

interface MergeFlags extends ResultFlags {
  readonly config?: string;
  readonly runId?: string;
  readonly allowPartial?: boolean;
  readonly output?: readonly ReporterName[];
  readonly reportMaxBytes?: number;
}

/** A folder of downloaded artefacts holds the run folders one or two levels down. */
const SEARCH_DEPTH = 2;

const EXAMPLES = `
Examples:
  evenkeel run --shard 1/3     on one machine, 2/3 and 3/3 on two others, then
  evenkeel merge shards/       every run folder or .tar.gz in this folder
  evenkeel merge a b c         three run folders
  evenkeel merge --allow-partial shards/   judge what is there; the result is
                                           stamped PARTIAL

Exit 3 when the shards are not of one plan, target and policy, or when one is
missing. The exit code of the merged run is that of a run on one machine.`;

export function addMergeVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  program
    .command('merge')
    .argument('<shards...>', 'run folders of the shards, .tar.gz of them, or folders that hold such')
    .description('join the shards of one run, then analyse and judge the whole')
    .addOption(configFlag())
    .option('--run-id <id>', 'name of the merged run (default: time and plan)')
    .option('--allow-partial', 'merge although shards are missing; the result is stamped PARTIAL')
    .addOption(outputFlag())
    .addOption(reportMaxBytesFlag())
    .addOption(jsonFlag('verdict and findings'))
    .addOption(noColourFlag())
    .option('--exit-zero', 'exit 0 although the gate failed or could not decide')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: readonly string[], flags: MergeFlags) => {
      setExitCode(await mergeVerb(paths, flags, io));
    });
}

async function mergeVerb(paths: readonly string[], flags: MergeFlags, io: CliIo): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-merge-'));
  try {
    const folders: RunFolder[] = [];
    for (const path of paths) folders.push(...(await openAll(resolve(io.cwd, path), scratch)));
    for (const run of folders) checkPlanDigest(run);
    const mergeable = await checkMergeable(folders, {
      allowPartial: flags.allowPartial === true,
      unitsOf: (plan, shard) => new Set(unitsOfShard(plan.units, shard).map(({ id }) => id)),
    });
    const runsDirectory = await runsDirectoryOf(flags.config, io);
    const merged = await writeMerged(runsDirectory, mergeable, flags, io);
    tellMerged(merged, mergeable, flags, io);
    const { run } = merged;
    const analysis = await analyseAndStore(run, { today: todayOf(io) });
    const reporters = flags.output ?? reportersOf(run);
    const reportMaxBytes = flags.reportMaxBytes ?? reportMaxBytesOf(run);
    return tellResult({ run, analysis, flags, io, reporters, reportMaxBytes });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A run folder, an archive of one, or what is found of both below a folder. */
async function openAll(path: string, scratch: string): Promise<RunFolder[]> {
  const found = shardPaths(path, SEARCH_DEPTH);
  if (found.length === 0)
    throw new DataError({
      code: 'MERGE_EMPTY',
      at: path,
      expected: 'a run folder, a .tar.gz of one, or a folder that holds such',
      got: existsSync(path) ? 'none' : 'nothing there',
      hint: 'A shard is the folder that `evenkeel run --shard i/n` wrote.',
    });
  const folders: RunFolder[] = [];
  for (const one of found)
    folders.push(
      openRunFolder(isRunArchive(one) ? await unpackRunArchive(one, mkdtempSync(join(scratch, 'shard-'))) : one),
    );
  return folders;
}

function shardPaths(path: string, depth: number): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (stats.isFile()) return isRunArchive(path) ? [path] : [];
  if (existsSync(join(path, 'manifest.json'))) return [path];
  if (depth === 0) return [];
  return readdirSync(path)
    .sort()
    .flatMap((name) => shardPaths(join(path, name), depth - 1));
}

function checkPlanDigest({ directory, plan }: RunFolder): void {
  const digest = planSha256(plan.units);
  if (digest !== plan.planSha256)
    throw new DataError({
      code: 'DATA_PLAN_DIGEST',
      at: `${directory}, plan.json`,
      expected: `units with the digest ${plan.planSha256}`,
      got: digest,
      hint: 'The file was edited.',
    });
}

async function writeMerged(runsDirectory: string, mergeable: Mergeable, flags: MergeFlags, io: CliIo): Promise<Merged> {
  const manifest = mergedManifest(mergeable, io);
  const wanted = flags.runId ?? manifest.runId;
  for (let copy = 1; ; copy++) {
    const runId = copy === 1 ? wanted : `${wanted}-${copy}`;
    try {
      return await mergeRuns(runsDirectory, mergeable, { ...manifest, runId });
    } catch (error) {
      const taken = error instanceof ConfigError && error.code === 'RUN_EXISTS' && flags.runId === undefined;
      if (!taken) throw error;
    }
  }
}

/** That of the first shard, with what is true of the whole. */
function mergedManifest({ shards, of, by, present }: Mergeable, io: CliIo): Manifest {
  const [{ manifest: first }] = shards;
  const createdAt = io.clock.isoNow();
  return {
    ...first,
    runId: `${timedId(createdAt, first.planSha256)}-merged`,
    createdAt,
    evenkeelVersion: packageVersion(),
    runtime: { ...io.runtime },
    shard: null,
    merged: {
      of,
      by,
      present: [...present],
      shards: shards.map(({ manifest }) => ({
        index: manifest.shard?.index ?? 1,
        runId: manifest.runId,
        createdAt: manifest.createdAt,
        evenkeelVersion: manifest.evenkeelVersion,
        runtime: manifest.runtime,
      })),
    },
    reproduce: first.reproduce.replace(/ --shard \S+( --shard-by \S+)?/, ''),
  };
}

function tellMerged(
  { run, lines, copies }: Merged,
  { shards, of, missing }: Mergeable,
  flags: MergeFlags,
  io: CliIo,
): void {
  const warning = paint('yellow', 'warning:', wantsColour(io, io.stderr, flags.color));
  note(io, `${run.id}: ${counted(shards.length, 'folder')}, ${counted(lines, 'unit')} of ${counted(of, 'shard')}`);
  if (missing.length > 0)
    io.stderr.write(
      `${warning} PARTIAL: ${missing.length === 1 ? 'shard' : 'shards'} ${missing.join(', ')} of ${of} missing\n`,
    );
  if (copies > 0) note(io, `note: ${counted(copies, 'line')} stood in two folders alike and counted once`);
  const versions = [...new Set(shards.map(({ manifest }) => manifest.evenkeelVersion))];
  if (versions.length > 1) io.stderr.write(`${warning} the shards were run by evenkeel ${versions.join(' and ')}\n`);
}
