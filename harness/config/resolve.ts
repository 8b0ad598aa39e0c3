/**
 * Raw file + overrides -> one fully set configuration, or one ConfigError with every problem. Pure.
 *
 * Precedence: overrides (flags) > environment > file > defaults. The result does not depend on the order of keys in the file.
 * @module
 */
import { ConfigError, type Problem } from '../ports/index.ts';
import { configSchema, type PerturbationOptions, type ResolvedConfig } from './config-schema.ts';
import { parseWith } from './problems.ts';

/** A partial configuration laid over the file; `undefined` leaves a value as it is. */
export type ConfigOverrides = Readonly<Record<string, unknown>>;

export interface ResolveOptions {
  /** The options schema of every known perturbation, in registry order. */
  readonly perturbationOptions: PerturbationOptions;
  readonly overrides?: ConfigOverrides;
  /** What the environment says, and the name of the variable behind each key. */
  readonly environment?: { readonly values: ConfigOverrides; readonly names: ReadonlyMap<string, string> };
  /** Named in the first line of the message, for example the file's path. */
  readonly subject?: string;
}

/**
 * @param raw - what the file holds, unchecked
 * @throws ConfigError with every problem of the file
 */
export function resolveConfig(raw: unknown, options: ResolveOptions): ResolvedConfig {
  const {
    perturbationOptions,
    overrides = {},
    environment = { values: {}, names: new Map<string, string>() },
  } = options;
  const merged = isMapping(raw) ? overlay(overlay(raw, environment.values), overrides) : raw;
  const parsed = parseWith(configSchema(perturbationOptions), merged, { rootName: 'config', codePrefix: 'CONFIG' });
  if (parsed.kind === 'problems') {
    throw new ConfigError(
      parsed.problems.map((problem) => withVariable(problem, environment.names, overrides)),
      options.subject === undefined ? {} : { subject: options.subject },
    );
  }
  const { $schema: _editorOnly, cases, perturbations, ...rest } = parsed.value;
  const chosen: Record<string, unknown> = {};
  for (const id of Object.keys(perturbationOptions)) {
    if (perturbations[id] !== undefined) chosen[id] = perturbations[id];
  }
  return { ...rest, cases: typeof cases === 'string' ? [cases] : cases, perturbations: chosen };
}

/** The file is not where a wrong value of the environment can be put right. */
function withVariable(problem: Problem, names: ReadonlyMap<string, string>, flags: ConfigOverrides): Problem {
  const name = names.get(problem.at);
  const stronger = problem.at
    .split('.')
    .reduce<unknown>((value, key) => (isMapping(value) ? value[key] : undefined), flags);
  return name === undefined || stronger !== undefined ? problem : { ...problem, at: `${problem.at} (from ${name})` };
}

type Mapping = Readonly<Record<string, unknown>>;

/** Mappings are merged key by key; everything else, and a mapping of another `kind`, is replaced. */
function overlay(base: Mapping, top: Mapping): Mapping {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(top)) {
    if (value === undefined) continue;
    const below = merged[key];
    merged[key] = isMapping(below) && isMapping(value) && sameKind(below, value) ? overlay(below, value) : value;
  }
  return merged;
}

function sameKind(below: Mapping, above: Mapping): boolean {
  return above['kind'] === undefined || above['kind'] === below['kind'];
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
