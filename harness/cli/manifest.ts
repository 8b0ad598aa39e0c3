/**
 * The manifest of a new run, its id, and the commands that make it again or continue it.
 * @module
 */
import { relative } from 'node:path';
import { canonicalJson, casesSha256, digestOf } from '../plan/index.ts';
import { SCHEMA_VERSION, type Manifest, type TargetDescription } from '../schema/index.ts';
import { gitStateOf } from './git-state.ts';
import type { CliIo } from './io.ts';
import { packageVersion } from './package-version.ts';
import type { PlanFlags, Prepared } from './prepare.ts';
import { commandText } from './words.ts';

const PLAN_DIGITS = 6;

export interface ManifestInput {
  readonly prepared: Prepared;
  readonly description: TargetDescription;
  readonly flags: PlanFlags;
  readonly runId: string;
  readonly io: CliIo;
}

export async function makeManifest({ prepared, description, flags, runId, io }: ManifestInput): Promise<Manifest> {
  return {
    schemaVersion: SCHEMA_VERSION,
    runId,
    createdAt: io.clock.isoNow(),
    evenkeelVersion: packageVersion(),
    runtime: { ...io.runtime },
    configGit: await gitStateOf(prepared.directory),
    configSha256: configSha256(prepared),
    casesSha256: casesSha256(prepared.cases),
    planSha256: prepared.plan.planSha256,
    seed: prepared.config.seed,
    config: prepared.config,
    target: description,
    shard: prepared.shard,
    merged: null,
    reproduce: runCommand(prepared, flags, io),
  };
}

function configSha256({ config }: Pick<Prepared, 'config'>): string {
  return digestOf('evenkeel/config', [canonicalJson(config)]);
}

/** `20261124-041600-3fa2b1`: sorts by time, and tells plans apart; a shard adds `-2of3`. */
export function newRunId({ plan, shard }: Pick<Prepared, 'plan' | 'shard'>, io: Pick<CliIo, 'clock'>): string {
  const id = timedId(io.clock.isoNow(), plan.planSha256);
  return shard === null ? id : `${id}-${shard.index}of${shard.of}`;
}

export function timedId(isoTime: string, sha256: string): string {
  const time = isoTime.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${sha256.slice(0, PLAN_DIGITS)}`;
}

/** The command of a run with the same plan; `more` are further words, for example `--resume <id>`. */
export function runCommand(
  { file, shard }: Pick<Prepared, 'file' | 'shard'>,
  flags: PlanFlags,
  io: Pick<CliIo, 'cwd'>,
  more: readonly string[] = [],
): string {
  const { limit, seed, filter, lanes, fault, policy, output, baseUrl, model, apiKeyEnv } = flags;
  const option = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [name, String(value)];
  return commandText([
    'evenkeel',
    'run',
    ...more,
    ...option('--config', relative(io.cwd, file)),
    ...option('--limit', limit),
    ...option('--seed', seed),
    ...option('--filter', filter?.join(',')),
    ...option('--lanes', lanes),
    ...option('--fault', fault),
    ...option('--base-url', baseUrl),
    ...option('--model', model),
    ...option('--api-key-env', apiKeyEnv),
    ...option('--policy', policy),
    ...(output ?? []).flatMap((name) => option('--output', name)),
    ...(shard === null ? [] : ['--shard', `${shard.index}/${shard.of}`]),
    ...(shard === null || shard.by === 'hash' ? [] : ['--shard-by', shard.by]),
  ]);
}
