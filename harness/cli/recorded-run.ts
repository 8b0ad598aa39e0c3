/**
 * What a stored run measured, ready to be asked again: its configuration, its plan's input, and its target.
 *
 * A run folder may come from elsewhere. Its record of an embedded target is believed, since that names neither code nor an address;
 * every other target is taken from the reader's own configuration.
 * @module
 */
import { dirname } from 'node:path';
import { perturbationOptions, perturbations } from '../../perturbations/index.ts';
import {
  discoverConfig,
  loadCases,
  readConfigFile,
  resolveConfig,
  valuesFromEnvironment,
  type ResolvedConfig,
  type TargetConfig,
} from '../config/index.ts';
import { expandPlan, type PlanInput } from '../plan/index.ts';
import { ConfigError, DataError, type Problem } from '../ports/index.ts';
import type { Target } from '../schema/index.ts';
import type { RunFolder } from '../store/index.ts';
import { createTarget } from './create-target.ts';
import { faultModule } from './fault-module.ts';
import type { CliIo } from './io.ts';
import { configPlace } from './prepare.ts';

/** A target with what made it. */
export interface OwnTarget {
  readonly config: TargetConfig;
  /** What paths of the config are relative to. */
  readonly directory: string;
  readonly env: CliIo['env'];
}

export interface RecordedRun {
  readonly config: ResolvedConfig;
  readonly own: OwnTarget;
  readonly planInput: PlanInput;
  /** Not started. */
  readonly target: Target;
}

type Surroundings = Pick<CliIo, 'cwd' | 'env'>;

/**
 * @param configFlag - the config file; its folder is what the run's paths are relative to
 * @throws DataError DIAGNOSE_PLAN_DIFFERS when cases or perturbations have changed since the run
 */
export async function recordedRun(
  run: RunFolder,
  configFlag: string | undefined,
  io: Surroundings,
): Promise<RecordedRun> {
  const config = resolveConfig(run.manifest.config, {
    perturbationOptions,
    subject: `${run.directory}/manifest.json, config`,
  });
  const own = await ownTarget(config.target, configFlag, io);
  const target = await openTarget(own);
  const planInput: PlanInput = {
    cases: loadCases(config.cases, { directory: own.directory, limit: config.caseLimit }),
    perturbations: perturbations
      .filter(({ id }) => config.perturbations[id] !== undefined)
      .map((perturbation) => ({ perturbation, options: config.perturbations[perturbation.id] })),
    tokenizer: target.tokenizer,
    generation: config.generation,
    seed: config.seed,
    targetId: target.id,
  };
  const { planSha256 } = expandPlan(planInput);
  if (planSha256 !== run.plan.planSha256)
    throw new DataError({
      code: 'DIAGNOSE_PLAN_DIFFERS',
      at: `run ${run.id}`,
      expected: `cases and perturbations with the plan ${run.plan.planSha256}`,
      got: planSha256,
      hint: 'The case files have changed since, or were cut otherwise; make the run again.',
    });
  return { config, own, planInput, target };
}

/** An embedded target as it is recorded; another one as the reader's configuration has it. */
export async function ownTarget(
  recorded: TargetConfig,
  configFlag: string | undefined,
  io: Surroundings,
): Promise<OwnTarget> {
  const file = configFile(configFlag, io);
  const directory = file === null ? io.cwd : dirname(file);
  if (recorded.kind === 'reference-engine' || recorded.kind === 'null')
    return { config: recorded, directory, env: io.env };
  return { config: await configuredTarget(file, recorded.kind, io), directory, env: io.env };
}

/** @throws ConfigError when there is no config, or its target is of another kind */
async function configuredTarget(file: string | null, kind: string, io: Surroundings): Promise<TargetConfig> {
  const wrong = (got: string): ConfigError =>
    new ConfigError({
      code: 'TARGET_NOT_CONFIGURED',
      at: file ?? io.cwd,
      expected: `a config whose target is of kind ${kind}`,
      got,
      hint: 'A file from elsewhere is not believed when it names code or an address; name the config with --config.',
    });
  if (file === null) throw wrong('no config');
  const raw = await readConfigFile(file);
  const environment = valuesFromEnvironment(io.env);
  const { target } = resolveConfig(raw, { perturbationOptions, environment, subject: file });
  if (target.kind !== kind) throw wrong(target.kind);
  return target;
}

/** @throws ConfigError for a fault that is not known */
export async function openTarget({ config, directory, env }: OwnTarget): Promise<Target> {
  const partsModule = partsModuleOf(config);
  return createTarget({ config: { target: config }, directory, partsModule, env });
}

export function partsModuleOf(config: TargetConfig): string | null {
  const problems: Problem[] = [];
  const wanted = config.kind === 'reference-engine' ? config.fault : null;
  const partsModule = faultModule(wanted, 'target.fault', problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return partsModule;
}

function configFile(flag: string | undefined, io: Surroundings): string | null {
  const place = configPlace(flag, io);
  try {
    return discoverConfig(place);
  } catch (error) {
    const none = place.file === undefined && error instanceof ConfigError && error.code === 'CONFIG_FILE_NOT_FOUND';
    if (none) return null;
    throw error;
  }
}
