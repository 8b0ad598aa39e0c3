/**
 * The flags that several verbs share, defined once, and their values checked.
 * @module
 */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { REPORTER_NAMES } from '../config/index.ts';

const LANES_MAX = 64;

/** Adds the flags that choose what is planned. */
export function addPlanFlags(command: Command): Command {
  return command
    .addOption(configFlag())
    .option('-n, --limit <cases>', 'use only the first cases', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--seed <text>', 'seed of all random choices (config: seed)', nonEmpty)
    .option('-t, --filter <ids>', 'only these perturbations of the config, comma-separated', idList)
    .option(
      '--shard <i/n>',
      'only this part of the plan, for example 2/3; "auto" asks GitLab, Kubernetes or Slurm',
      nonEmpty,
    )
    .addOption(new Option('--shard-by <rule>', 'how the plan is cut (default: hash)').choices(['hash', 'cost']))
    .option('--fault <name>', 'serve with a seeded fault of the fault bench (config: target.fault)', nonEmpty)
    .addOption(baseUrlFlag())
    .addOption(modelFlag())
    .addOption(apiKeyEnvFlag());
}

/** Asks a server instead of the target of the config, when that is none. */
function baseUrlFlag(): Option {
  return new Option(
    '--base-url <url>',
    'measure this OpenAI-compatible server (config: target.baseUrl; env: OPENAI_BASE_URL)',
  ).argParser(nonEmpty);
}

export function modelFlag(): Option {
  return new Option('--model <name>', 'model of the server (config: target.model)').argParser(nonEmpty);
}

export function apiKeyEnvFlag(): Option {
  return new Option(
    '--api-key-env <name>',
    'environment variable that holds the key (config: target.apiKeyEnv, default OPENAI_API_KEY)',
  ).argParser(nonEmpty);
}

export function configFlag(): Option {
  return new Option('-c, --config <file>', 'config file (default: evenkeel.config.* of this folder)');
}

export function policyFlag(): Option {
  return new Option('--policy <file>', 'policy file, JSON or YAML, instead of the policy of the config');
}

export function baselineFlag(): Option {
  return new Option('--baseline <name>', 'compare with a saved baseline, a baseline file, or another run');
}

export function lanesFlag(): Option {
  return new Option('--lanes <count>', 'units at once (config: target.lanes)').argParser(wholeNumber(1, LANES_MAX));
}

export function outputFlag(): Option {
  return new Option('-o, --output <format>', 'report to write, repeatable (config: reporters)')
    .choices(REPORTER_NAMES)
    .argParser((value: string, previous: readonly string[] | undefined) => {
      if (!REPORTER_NAMES.includes(value))
        throw new InvalidArgumentError(`Allowed choices are ${REPORTER_NAMES.join(', ')}.`);
      return [...new Set([...(previous ?? []), value])];
    });
}

export function reportMaxBytesFlag(): Option {
  return new Option(
    '--report-max-bytes <bytes>',
    'the HTML report may have this many; what does not fit goes to data/ beside it (config: reportMaxBytes)',
  ).argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER));
}

export function jsonFlag(what: string): Option {
  return new Option('--json', `print ${what} as JSON on stdout, and nothing else there`);
}

export function noColourFlag(): Option {
  return new Option('--no-color', 'no colour (also NO_COLOR; FORCE_COLOR turns it on)');
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected an integer ${max > 1e9 ? `>= ${min}` : `${min}..${max}`}.`);
  };
}

export function nonEmpty(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('Expected text that is not empty.');
}

export function idList(text: string, previous: readonly string[] | undefined): string[] {
  const ids = text.split(',').map((id) => id.trim());
  if (ids.some((id) => id === '')) throw new InvalidArgumentError('Expected ids separated by commas.');
  return [...new Set([...(previous ?? []), ...ids])];
}
