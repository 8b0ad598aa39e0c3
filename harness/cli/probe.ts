/**
 * `evenkeel probe`: what a server can do, found out by asking it; each line with what was seen.
 * @module
 */
import type { Command } from 'commander';
import { perturbationOptions } from '../../perturbations/index.ts';
import { discoverConfig, loadConfig, resolveConfig, type ResolvedConfig } from '../config/index.ts';
import { ConfigError } from '../ports/index.ts';
import type { Capability, TargetDescription } from '../schema/index.ts';
import { cardContradictions, createEndpointTarget } from '../targets/index.ts';
import { endpointOptions, endpointOverrides, type EndpointFlags } from './create-target.ts';
import { apiKeyEnvFlag, configFlag, jsonFlag, modelFlag } from './flags.ts';
import type { CliIo } from './io.ts';
import { oneLine } from './words.ts';

interface ProbeFlags extends Omit<EndpointFlags, 'baseUrl'> {
  readonly config?: string;
  readonly kind?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  evenkeel probe http://localhost:8000/v1
  evenkeel probe http://localhost:8000/v1 --api openai-chat --json
  evenkeel probe                             the server of the config

About forty short requests are sent. A capability is what an answer showed: an accepted
request proves nothing. "not-probed" is not known, and not "no".
Then measure it: evenkeel run --base-url http://localhost:8000/v1`;

export function addProbeVerb(program: Command, io: CliIo): void {
  program
    .command('probe')
    .argument('[url]', 'base URL of the API, usually ending in /v1 (default: the target of the config)')
    .description('ask a server what it can do, and print the evidence')
    .addOption(configFlag())
    .addOption(modelFlag())
    .addOption(apiKeyEnvFlag())
    .option('--api <kind>', 'openai-completions or openai-chat (default: the config, else completions)')
    .addOption(jsonFlag('the description of the target'))
    .addHelpText('after', EXAMPLES)
    .action(async (url: string | undefined, flags: ProbeFlags & { readonly api?: string }) => {
      const description = await probe(url, { ...flags, ...(flags.api === undefined ? {} : { kind: flags.api }) }, io);
      io.stdout.write(
        flags.json === true ? `${JSON.stringify(description, null, 2)}\n` : probeText(description, io.stdout.columns),
      );
    });
}

async function probe(url: string | undefined, flags: ProbeFlags, io: CliIo): Promise<TargetDescription> {
  const target = url === undefined ? (await configOf(flags, io)).target : targetOfUrl(url, flags);
  if (target.kind !== 'openai-completions' && target.kind !== 'openai-chat')
    throw new ConfigError({
      code: 'PROBE_NO_SERVER',
      at: 'target.kind',
      expected: 'a server (openai-completions or openai-chat)',
      got: target.kind,
      hint: 'Name its URL: evenkeel probe http://localhost:8000/v1',
    });
  const endpoint = createEndpointTarget(endpointOptions(target, io.env));
  try {
    return await endpoint.describe();
  } finally {
    await endpoint.close();
  }
}

async function configOf({ config, ...flags }: ProbeFlags, io: CliIo): Promise<ResolvedConfig> {
  const file = discoverConfig({ directory: io.cwd, file: config });
  const { kind } = flags;
  const change = { ...endpointOverrides(flags, null), ...(kind === undefined ? {} : { kind }) };
  const overrides = Object.keys(change).length === 0 ? {} : { target: change };
  return (await loadConfig({ directory: io.cwd, file, perturbationOptions, overrides })).config;
}

/** A URL needs no config: its options have the defaults of one. */
function targetOfUrl(url: string, { kind, model, apiKeyEnv }: ProbeFlags): ResolvedConfig['target'] {
  const raw = {
    target: {
      kind: kind ?? 'openai-completions',
      baseUrl: url,
      ...(model === undefined ? {} : { model }),
      ...(apiKeyEnv === undefined ? {} : { apiKeyEnv }),
    },
    // a whole config is checked; of this one only the target is used
    cases: 'none',
    perturbations: { repeat: {} },
  };
  return resolveConfig(raw, { perturbationOptions, subject: 'probe' }).target;
}

const ID_WIDTH = 22;
const STATE_WIDTH = 12;
const WORDS: Readonly<Record<Capability['state'], string>> = {
  supported: 'yes',
  unsupported: 'no',
  broken: 'BROKEN',
  'not-probed': 'not known',
};

/** A table in `columns` characters: evidence is wrapped beside its line. */
function probeText({ endpoint, card }: TargetDescription, columns: number): string {
  if (endpoint === undefined) return '';
  const width = Math.max(60, Math.min(columns, 80));
  const unknown = card.filter(({ source }) => source === 'unknown').map(({ name }) => name);
  return [
    ...wrapped(`${endpoint.baseUrl}, model ${endpoint.model}`, width),
    ...wrapped(`${endpoint.dialect} fields over ${endpoint.route}`, width),
    '',
    `${'capability'.padEnd(ID_WIDTH)}${'state'.padEnd(STATE_WIDTH)}evidence`,
    ...endpoint.capabilities.flatMap(({ id, state, evidence }) => {
      const lead = `${id.padEnd(ID_WIDTH)}${WORDS[state].padEnd(STATE_WIDTH)}`;
      const [first = '', ...rest] = wrapped(evidence, width - lead.length);
      return [`${lead}${first}`.trimEnd(), ...rest.map((line) => `${' '.repeat(lead.length)}${line}`)];
    }),
    '',
    ...cardContradictions(card).flatMap((words) => wrapped(`warning: target.declared, ${words}`, width)),
    ...(unknown.length === 0
      ? []
      : wrapped(`Not shown by the server; declare what you know in target.declared: ${unknown.join(', ')}`, width)),
    '',
  ].join('\n');
}

/** Lines of at most `width` characters, cut at spaces where there are any. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of oneLine(text).split(' ')) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length > width) {
      lines.push(line);
      line = '';
    }
    while (rest.length > width) {
      lines.push(rest.slice(0, width));
      rest = rest.slice(width);
    }
    line = line.trim() === '' ? line + rest : `${line} ${rest}`;
  }
  return [...lines, line];
}
