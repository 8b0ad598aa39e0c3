/**
 * Merge: the shards of one plan become one run folder, which is then analysed and judged as if one machine had run it all.
 *
 * Everything is checked before anything is written: the shards are of one plan, one target and one policy, all of them are there, and
 * each holds its own units alone. Lines are copied as they are. A unit that two shards executed keeps both lines: equal results are
 * noted, unequal ones are a finding of the analysis, never a choice that is made here.
 * @module
 */
import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { DataError } from '../ports/index.ts';
import type { Logits, Manifest, Observation, Plan, Shard } from '../schema/index.ts';
import { createRun, type RunFolder } from './run-folder.ts';

export interface MergeOptions {
  /** The units that a shard has to hold: the plan room's rule. */
  readonly unitsOf: (plan: Plan, shard: Shard) => ReadonlySet<string>;
  /** Merge although shards are missing. */
  readonly allowPartial: boolean;
}

/** Shards that fit together. */
export interface Mergeable {
  /** By shard, then in the order given; at least one. */
  readonly shards: readonly RunFolder[];
  readonly of: number;
  readonly by: Shard['by'];
  /** Ascending; all of them unless a partial merge is allowed. */
  readonly present: readonly number[];
  readonly missing: readonly number[];
}

/**
 * @throws DataError MERGE_EMPTY, MERGE_NOT_A_SHARD, MERGE_PLAN_DIFFERS, MERGE_COUNT_DIFFERS, MERGE_TARGET_DIFFERS,
 *   MERGE_POLICY_DIFFERS, MERGE_SHARD_MISSING, MERGE_FOREIGN_UNIT, or when a log is damaged
 */
export async function checkMergeable(folders: readonly RunFolder[], options: MergeOptions): Promise<Mergeable> {
  const given = withoutSameFolder(folders);
  if (given.length === 0)
    throw refusal('MERGE_EMPTY', 'merge', 'at least one shard', 'none', 'Give the folders of the shards.');
  const shards = given.map((run) => ({ run, shard: shardOf(run) }));
  const [first] = shards;
  for (const { run, shard } of shards) checkSameRun(first, run, shard);
  shards.sort((a, b) => a.shard.index - b.shard.index);
  const { of, by } = first.shard;
  const present = [...new Set(shards.map(({ shard }) => shard.index))];
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((index) => !present.includes(index));
  if (missing.length > 0 && !options.allowPartial)
    throw refusal(
      'MERGE_SHARD_MISSING',
      'merge',
      `all ${of} shards`,
      `${present.length}, without ${missing.join(', ')}`,
      'Run what is missing, or take --allow-partial for a result that is stamped PARTIAL.',
    );
  for (const { run, shard } of shards) await checkOwnUnits(run, shard, options);
  return { shards: shards.map(({ run }) => run), of, by, present, missing };
}

/** What a merge did, for people. */
export interface Merged {
  readonly run: RunFolder;
  readonly lines: number;
  /** Lines that stood in two folders byte for byte: copies of one execution, kept once. */
  readonly copies: number;
}

/** Writes the merged run; removes it again when that fails. */
export async function mergeRuns(runsDirectory: string, { shards }: Mergeable, manifest: Manifest): Promise<Merged> {
  const run = createRun(runsDirectory, { manifest, plan: shards[0].plan });
  try {
    const writer = run.openWriter();
    let lines = 0;
    let copies = 0;
    try {
      const executions = copyFilter(shards);
      for (const shard of shards) {
        for await (const { record } of shard.readUnits()) {
          if (!executions.isNew(shard, record)) {
            copies++;
            continue;
          }
          // Blobs first, as in a run: a line never names a blob that is not there.
          for (const sha256 of blobsOf(record)) writer.putBlob(sha256, shard.loadBlob(sha256));
          writer.appendUnsynced(record);
          lines++;
        }
      }
      writer.sync();
    } finally {
      writer.close();
    }
    return { run, lines, copies };
  } catch (error) {
    rmSync(run.directory, { recursive: true, force: true });
    throw error;
  }
}

function withoutSameFolder(folders: readonly RunFolder[]): RunFolder[] {
  const byPath = new Map(folders.map((run) => [realpathSync(run.directory), run]));
  return [...byPath.values()];
}

function shardOf({ directory, manifest }: RunFolder): Shard {
  if (manifest.shard !== null) return manifest.shard;
  const what = manifest.merged === null ? 'a run of the whole plan' : 'a run that was merged before';
  throw refusal(
    'MERGE_NOT_A_SHARD',
    directory,
    'a run that was made with --shard',
    what,
    'It needs no merge; leave it out.',
  );
}

interface ShardRun {
  readonly run: RunFolder;
  readonly shard: Shard;
}

function checkSameRun(first: ShardRun, run: RunFolder, shard: Shard): void {
  const [a, b] = [first.run.manifest, run.manifest];
  if (a.planSha256 !== b.planSha256)
    throw refusal(
      'MERGE_PLAN_DIFFERS',
      run.directory,
      `the plan ${a.planSha256} of ${first.run.directory}`,
      `the plan ${b.planSha256}`,
      'Shards of one run have the same config, cases and flags.',
    );
  if (first.shard.of !== shard.of || first.shard.by !== shard.by)
    throw refusal(
      'MERGE_COUNT_DIFFERS',
      run.directory,
      `one of ${first.shard.of} shards by ${first.shard.by}, as ${first.run.directory}`,
      `one of ${shard.of} by ${shard.by}`,
      'All shards of one run are cut alike.',
    );
  if (a.target.fingerprintSha256 !== b.target.fingerprintSha256) {
    const other = new Map(b.target.card.map(({ name, value }) => [name, value]));
    const changed = a.target.card
      .filter(({ name, value }) => other.get(name) !== value)
      .map(({ name, value }) => `${name} is ${value} there and ${other.get(name) ?? 'absent'} here`);
    throw refusal(
      'MERGE_TARGET_DIFFERS',
      run.directory,
      `the target ${a.target.fingerprintSha256} of ${first.run.directory}`,
      b.target.fingerprintSha256,
      `Results of two targets cannot be one run. ${changed.join('; ')}`.trim(),
    );
  }
  if (policyText(a) !== policyText(b))
    throw refusal(
      'MERGE_POLICY_DIFFERS',
      run.directory,
      `the policy of ${first.run.directory}`,
      'another policy',
      'One run is judged by one policy; change it after the merge and use `evenkeel gate`.',
    );
}

function policyText({ config }: Manifest): string {
  return JSON.stringify(typeof config === 'object' && config !== null && 'policy' in config ? config.policy : null);
}

async function checkOwnUnits(run: RunFolder, shard: Shard, { unitsOf }: MergeOptions): Promise<void> {
  const own = unitsOf(run.plan, shard);
  for await (const { record, line } of run.readUnits())
    if (!own.has(record.unitId))
      throw refusal(
        'MERGE_FOREIGN_UNIT',
        `${run.directory}, units.jsonl, line ${line}`,
        `a unit of shard ${shard.index} of ${shard.of}`,
        record.unitId,
        'The log was edited, or another version of evenkeel cut the plan.',
      );
}

/** Tells apart a second execution of a unit and a copy of the first: only shards that are there twice can hold copies. */
function copyFilter(shards: readonly RunFolder[]): {
  readonly isNew: (run: RunFolder, record: Observation) => boolean;
} {
  const times = new Map<number, number>();
  for (const { manifest } of shards) {
    const index = manifest.shard?.index ?? 0;
    times.set(index, (times.get(index) ?? 0) + 1);
  }
  const seen = new Set<string>();
  return {
    isNew: ({ manifest }, record) => {
      if ((times.get(manifest.shard?.index ?? 0) ?? 0) < 2) return true;
      const digest = createHash('sha256').update(JSON.stringify(record)).digest('base64');
      if (seen.has(digest)) return false;
      seen.add(digest);
      return true;
    },
  };
}

function blobsOf({ levels }: Observation): Set<string> {
  const named = (logits: Logits): string[] => (logits.kind === 'blob' ? [logits.sha256] : []);
  return new Set(
    levels.flatMap(({ requests }) =>
      requests.flatMap(({ generated, prompt, forced }) => [generated, prompt, forced].flatMap(named)),
    ),
  );
}

function refusal(code: string, at: string, expected: string, got: string, hint: string): DataError {
  return new DataError({ code, at, expected, got, hint });
}
