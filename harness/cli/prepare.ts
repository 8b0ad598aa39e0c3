/**
 * From flags and files to a plan and a target that can be started: all checks that need no model, before anything is written.
 *
 * Problems of the config, of the case files and of what they name are told in one message.
 * @module
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { perturbationOptions, perturbations } from '../../perturbations/index.ts';
import {
  discoverConfig,
  loadCases,
  loadPolicy,
  nearestName,
  readConfigFile,
  resolveConfig,
  sourcedValues,
  valuesFromEnvironment,
  type ConfigOverrides,
  type ResolvedConfig,
  type SourcedValue,
} from '../config/index.ts';
import { expandPlan, type PlanInput } from '../plan/index.ts';
import { ConfigError, type Problem } from '../ports/index.ts';
import type { Case, Plan, Policy, Shard, Target } from '../schema/index.ts';
import { createTarget, endpointOverrides } from './create-target.ts';
import { faultModule } from './fault-module.ts';
import type { CliIo } from './io.ts';
import { policyPlaceProblems } from './policy-places.ts';
import { shardPlace } from './shard-flag.ts';

/** The flags that change what is measured. */
export interface PlanFlags {
  readonly config?: string;
  readonly limit?: number;
  readonly seed?: string;
  readonly filter?: readonly string[];
  readonly lanes?: number;
  readonly fault?: string;
  readonly policy?: string;
  readonly output?: readonly string[];
  readonly reportMaxBytes?: number;
  /** `i/n`, `auto` or `auto/n`. */
  readonly shard?: string;
  readonly shardBy?: Shard['by'];
  readonly baseUrl?: string;
  readonly model?: string;
  readonly apiKeyEnv?: string;
  readonly cache?: boolean;
}

export interface Prepared {
  /** Absolute path of the config file. */
  readonly file: string;
  /** The folder of the config file. */
  readonly directory: string;
  readonly config: ResolvedConfig;
  /** Every value of the config, and where it came from. */
  readonly sources: readonly SourcedValue[];
  readonly runsDirectory: string;
  readonly cases: readonly Case[];
  readonly planInput: PlanInput;
  /** The whole plan, of which a shard runs a part. */
  readonly plan: Plan;
  /** Null = the whole plan is run here. */
  readonly shard: Shard | null;
  /** Not started; close it when it was asked anything. */
  readonly target: Target;
}

/** Where the config is looked for: the flag, then EVENKEEL_CONFIG, then EVENKEEL_CONFIG_DIR, then this folder. */
export function configPlace(
  flag: string | undefined,
  { cwd, env }: Pick<CliIo, 'cwd' | 'env'>,
): { readonly directory: string; readonly file: string | undefined } {
  const file = flag ?? (env['EVENKEEL_CONFIG'] || undefined);
  if (file !== undefined) return { directory: cwd, file };
  return { directory: resolve(cwd, env['EVENKEEL_CONFIG_DIR'] ?? ''), file };
}

/** @throws ConfigError with every problem */
export async function prepare(flags: PlanFlags, io: Pick<CliIo, 'cwd' | 'env'>): Promise<Prepared> {
  const shard = shardOf(flags, io);
  const file = discoverConfig(configPlace(flags.config, io));
  const directory = dirname(file);
  const environment = valuesFromEnvironment(io.env);
  const problems: Problem[] = [...environment.problems];
  const fromFlag = flags.policy;
  const ownPolicy = fromFlag === undefined ? null : collect(problems, () => loadPolicy(resolve(io.cwd, fromFlag)));
  const raw = withPolicy(await readConfigFile(file), ownPolicy);
  const overrides = overridesOf(flags, raw);
  const config = collect(problems, () =>
    resolveConfig(raw, { perturbationOptions, overrides, environment, subject: file }),
  );
  // With a broken config the case files that it names are looked at all the same: one message with every problem.
  const paths = config?.cases ?? rawCasePaths(raw);
  const cases = collect(problems, () => loadCases(paths, { directory, limit: config?.caseLimit ?? null }));
  const chosen = config === null ? null : filtered(config, flags.filter, problems);
  const wanted = config?.target.kind === 'reference-engine' ? config.target.fault : null;
  const fault = faultModule(wanted, 'target.fault', problems);
  if (config !== null) checkCheckpoint(config, directory, problems);
  if (problems.length > 0 || chosen === null || cases === null) throw new ConfigError(problems, { subject: file });

  const target = await createTarget({ config: chosen, directory, partsModule: fault, env: io.env });
  const planInput: PlanInput = {
    cases,
    perturbations: perturbations
      .filter(({ id }) => chosen.perturbations[id] !== undefined)
      .map((perturbation) => ({ perturbation, options: chosen.perturbations[perturbation.id] })),
    tokenizer: target.tokenizer,
    generation: chosen.generation,
    seed: chosen.seed,
    targetId: target.id,
  };
  const plan = expandPlan(planInput);
  const places = policyPlaceProblems(chosen.policy, plan);
  if (places.length > 0) throw new ConfigError(places, { subject: flags.policy ?? file });
  return {
    file,
    directory,
    config: chosen,
    sources: sourcedValues(chosen, { flags: overrides, environment: environment.values, file: raw }),
    runsDirectory: resolve(directory, chosen.runsDirectory),
    cases,
    planInput,
    plan,
    shard,
    target,
  };
}

/** A policy file replaces the section as a whole: two policies are never mixed. */
function withPolicy(raw: unknown, policy: Policy | null): unknown {
  return policy === null || typeof raw !== 'object' || raw === null ? raw : { ...raw, policy };
}

function shardOf({ shard, shardBy }: PlanFlags, { env }: Pick<CliIo, 'env'>): Shard | null {
  if (shard !== undefined) return { ...shardPlace(shard, env), by: shardBy ?? 'hash' };
  if (shardBy === undefined) return null;
  throw new ConfigError({
    code: 'FLAG_CONFLICT',
    at: '--shard-by',
    expected: 'together with --shard',
    got: shardBy,
    hint: 'It says how the plan is cut into shards.',
  });
}

function overridesOf(flags: PlanFlags, raw: unknown): ConfigOverrides {
  const { limit, seed, lanes, fault, output, reportMaxBytes, cache } = flags;
  const target = {
    ...(lanes === undefined && fault === undefined ? {} : { lanes, fault }),
    ...endpointOverrides(flags, raw),
  };
  return {
    caseLimit: limit,
    seed,
    reporters: output,
    reportMaxBytes,
    ...(cache === undefined ? {} : { cache: { use: cache } }),
    ...(Object.keys(target).length === 0 ? {} : { target }),
  };
}

/** The value, or null with its problems added. */
function collect<T>(problems: Problem[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return null;
  }
}

function rawCasePaths(raw: unknown): string[] {
  const cases: unknown = typeof raw === 'object' && raw !== null && 'cases' in raw ? raw.cases : [];
  return (Array.isArray(cases) ? cases : [cases]).filter((path) => typeof path === 'string' && path !== '');
}

/** The config with only the perturbations that the flag names. */
function filtered(config: ResolvedConfig, ids: readonly string[] | undefined, problems: Problem[]): ResolvedConfig {
  if (ids === undefined) return config;
  const known = Object.keys(config.perturbations);
  for (const id of ids.filter((one) => !known.includes(one))) {
    const nearest = nearestName(id, known);
    problems.push({
      code: 'FLAG_FILTER',
      at: '--filter',
      expected: `one of ${known.join(', ')}`,
      got: JSON.stringify(id),
      hint: nearest === null ? 'Only perturbations of the config can be chosen.' : `Did you mean "${nearest}"?`,
    });
  }
  const entries = Object.entries(config.perturbations).filter(([id]) => ids.includes(id));
  return { ...config, perturbations: Object.fromEntries(entries) };
}

function checkCheckpoint({ target }: ResolvedConfig, directory: string, problems: Problem[]): void {
  if (target.kind !== 'reference-engine' || target.checkpoint.kind !== 'directory') return;
  const path = resolve(directory, target.checkpoint.path);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isFolder && existsSync(join(path, 'config.json'))) return;
  problems.push({
    code: 'CONFIG_CHECKPOINT_NOT_FOUND',
    at: 'target.checkpoint.path',
    expected: 'a folder with config.json and safetensors files',
    got: isFolder ? `${path} without config.json` : `no folder at ${path}`,
    hint: 'The path is relative to the config file.',
  });
}
