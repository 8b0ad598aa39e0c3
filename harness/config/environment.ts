/**
 * The environment variables that stand for a value of the configuration. Precedence: flags > environment > file > defaults.
 *
 * A variable that is set to nothing counts as not set, as CI systems do it. Which other variables the program reads, for example
 * NO_COLOR, is in `PROGRAM_VARIABLES`; the documentation is made from both tables.
 * @module
 */
import type { Problem } from '../ports/index.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface ConfigVariable {
  readonly name: string;
  /** The key of the configuration, for example `target.lanes`. */
  readonly key: string;
  /** The flag that says the same, where there is one. */
  readonly flag: string | null;
  readonly read: (text: string) => Read;
}

type Read = { readonly value: unknown } | { readonly expected: string };

const text = (value: string): Read => ({ value });
const list = (value: string): Read => ({ value: value.split(',').map((item) => item.trim()) });
const integer = (value: string): Read =>
  /^-?\d+$/.test(value) && Number.isSafeInteger(Number(value)) ? { value: Number(value) } : { expected: 'an integer' };

/** In the order of the documentation. */
export const CONFIG_VARIABLES: readonly ConfigVariable[] = [
  { name: 'EVENKEEL_SEED', key: 'seed', flag: '--seed', read: text },
  { name: 'EVENKEEL_LIMIT', key: 'caseLimit', flag: '--limit', read: integer },
  { name: 'EVENKEEL_LANES', key: 'target.lanes', flag: '--lanes', read: integer },
  { name: 'EVENKEEL_FAULT', key: 'target.fault', flag: '--fault', read: text },
  { name: 'EVENKEEL_OUTPUT', key: 'reporters', flag: '--output', read: list },
  { name: 'EVENKEEL_REPORT_MAX_BYTES', key: 'reportMaxBytes', flag: '--report-max-bytes', read: integer },
  { name: 'EVENKEEL_RUNS_DIR', key: 'runsDirectory', flag: null, read: text },
  { name: 'EVENKEEL_CACHE_DIR', key: 'cache.directory', flag: null, read: text },
];

/** Read by the program itself, not part of the configuration. */
export const PROGRAM_VARIABLES: readonly { readonly name: string; readonly what: string }[] = [
  {
    name: 'EVENKEEL_AUDIT_KEY',
    what: 'Ed25519 private key that signs audit bundles, PEM, as the file of `report --key`',
  },
  { name: 'EVENKEEL_CONFIG', what: 'config file, as `--config`' },
  {
    name: 'EVENKEEL_CONFIG_DIR',
    what: 'folder in which `evenkeel.config.*` is looked for, instead of the current one',
  },
  { name: 'EVENKEEL_FAILED_EXIT_CODE', what: 'exit code of a failed gate, instead of 1' },
  {
    name: 'EVENKEEL_FORCE_TTY',
    what: '`0`: as if the output went to a file; `1`: to a terminal; `100`: to one of 100 columns',
  },
  { name: 'EVENKEEL_API_KEY', what: 'key that clients of `evenkeel serve` must send' },
  { name: 'NO_COLOR', what: 'no colour, when set' },
  { name: 'FORCE_COLOR', what: 'colour although the output is no terminal; `0`: no colour. Stronger than NO_COLOR' },
  { name: 'CI', what: 'when set: plain progress lines, and baselines are not updated' },
];

export interface EnvironmentValues {
  /** A partial configuration. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The variable behind each key, for example `target.lanes` -> `EVENKEEL_LANES`. */
  readonly names: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

export function valuesFromEnvironment(env: Environment): EnvironmentValues {
  const values: Record<string, unknown> = {};
  const names = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { name, key, read } of CONFIG_VARIABLES) {
    const given = env[name];
    if (given === undefined || given === '') continue;
    const result = read(given);
    if ('expected' in result) {
      problems.push({
        code: 'ENVIRONMENT_INVALID',
        at: name,
        expected: result.expected,
        got: JSON.stringify(given),
        hint: `The variable stands for ${key}.`,
      });
      continue;
    }
    names.set(key, name);
    setAt(values, key.split('.'), result.value);
  }
  return { values, names, problems };
}

/** True in a CI job: `CI` is set, and not to `false` or `0`. */
export function isCi(env: Environment): boolean {
  const value = env['CI'];
  return value !== undefined && value !== '' && value !== 'false' && value !== '0';
}

function setAt(root: Record<string, unknown>, [key, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    root[key] = value;
    return;
  }
  const inner = (root[key] ??= {}) as Record<string, unknown>;
  setAt(inner, rest, value);
}
