/**
 * `evenkeel serve`: the reference engine as an OpenAI-compatible server, on loopback unless another host is asked for.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CheckpointPreset } from '../../engine/index.ts';
import type { EngineServer } from '../../engine/server/index.ts';
import { ConfigError } from '../ports/index.ts';
import { precisionMode } from '../schema/index.ts';
import { EXIT } from './exit-code.ts';
import { configFlag, nonEmpty, wholeNumber } from './flags.ts';
import { listenForInterrupt } from './interrupt.ts';
import { note, type CliIo } from './io.ts';
import { packageVersion } from './package-version.ts';
import type { EngineFlags } from './serve-engine.ts';

interface ServeFlags extends EngineFlags {
  readonly host: string;
  readonly port: number;
  readonly apiKey?: string;
  readonly allowUnauthenticated?: boolean;
  readonly servedModelName?: string;
  readonly maxQueued: number;
  readonly batchWaitMs: number;
}

/** The engine's own list, which is not loaded to print a help text; a test holds the two together. */
const SERVED_PRESETS: readonly CheckpointPreset[] = [
  'v4-tiny',
  'v4-tiny-engram',
  'v4-tiny-engram-paper',
  'v4-tiny-hca128',
  'v4-small',
  'v4-micro',
];

const PORT_MAX = 65_535;
/** Pages of 64 tokens: 131,072 tokens of context in all, about 200 MB in f32. */
const HOT_PAGES = 2048;
const INSTANCE_DIGITS = 8;
const KEY_VARIABLE = 'EVENKEEL_API_KEY';

const EXAMPLES = `
Examples:
  evenkeel serve                              v4-tiny on http://127.0.0.1:8000
  evenkeel serve --port 0                     any free port; the URL is on stdout
  evenkeel serve --precision bf16 --max-batch 4
  evenkeel serve --fault compressor-state-not-reset   a server that leaks
  EVENKEEL_API_KEY=... evenkeel serve --host 0.0.0.0

The target section of evenkeel.config.* is used when there is one. Clients
take the URL with /v1 as their base URL; what is served: docs/serve.md.
Ctrl-C lets running requests finish (exit code 130; SIGTERM: 0).`;

export function addServeVerb(program: Command, io: CliIo, setExitCode: (code: number) => void): void {
  program
    .command('serve')
    .description('serve the reference engine over HTTP, compatible with OpenAI clients')
    .addOption(option('--port <port>', 'port to listen on; 0 = any free one', wholeNumber(0, PORT_MAX)).default(8000))
    .addOption(option('--host <host>', 'address to listen on', nonEmpty).default('127.0.0.1'))
    .addOption(option('--api-key <key>', `key that clients must send (better: ${KEY_VARIABLE})`, key))
    .option('--allow-unauthenticated', 'let everybody ask who reaches --host')
    .addOption(option('--served-model-name <name>', 'name of the model (default: preset or folder)', nonEmpty))
    .addOption(configFlag())
    .option('--no-config', 'read no config file')
    .addOption(option('--checkpoint <folder>', 'folder with config.json and safetensors', nonEmpty))
    .addOption(new Option('--preset <name>', 'weights made from a seed').choices(SERVED_PRESETS))
    .addOption(option('--seed <text>', 'seed of the weights of a preset', nonEmpty))
    .addOption(new Option('--precision <mode>', 'precision of the engine').choices(precisionMode.options))
    .addOption(option('--max-batch <requests>', 'largest batch', wholeNumber(1, 256)))
    .addOption(option('--chunk-size <tokens>', 'prompt tokens per request and step', wholeNumber(1, 65_536)))
    .addOption(option('--draft-tokens <count>', 'tokens drafted per step; 0 = none', wholeNumber(0, 16)))
    .addOption(option('--threads <count>', 'threads that share a step', wholeNumber(1, 64)))
    .option('--no-prefix-cache', 'compute every prompt from its first token')
    .addOption(
      option('--hot-pages <count>', 'pages of the cache in memory', wholeNumber(1, 1_000_000)).default(HOT_PAGES),
    )
    .addOption(
      option('--max-queued <requests>', 'waiting requests; more get 429', wholeNumber(0, 100_000)).default(256),
    )
    .addOption(
      option('--batch-wait-ms <ms>', 'idle engine: time in which a batch forms', wholeNumber(0, 10_000)).default(0),
    )
    .addOption(option('--fault <name>', 'serve with a seeded fault of the fault bench', nonEmpty))
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ServeFlags) => {
      setExitCode(await serveVerb(flags, io));
    });
}

function option<T>(flags: string, description: string, parse: (text: string) => T): Option {
  return new Option(flags, description).argParser(parse);
}

function key(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new InvalidArgumentError('Expected visible ASCII characters without spaces.');
}

/** @returns the exit code */
async function serveVerb(flags: ServeFlags, io: CliIo): Promise<number> {
  const apiKey = apiKeyOf(flags, io);
  checkExposure(flags, apiKey);
  const interrupt = listenForInterrupt(io);
  try {
    // loaded here, so that no other verb waits for an engine and an HTTP server
    const { openServedEngine } = await import('./serve-engine.ts');
    const { createEngineServer } = await import('../../engine/server/index.ts');
    const { engine, modelName, fault, serverParts } = await openServedEngine(flags, io);
    const server = createEngineServer(engine, {
      modelName: flags.servedModelName ?? modelName,
      apiKey,
      hosts: isLoopback(flags.host) ? [flags.host] : null,
      version: packageVersion(),
      instance: randomUUID().slice(0, INSTANCE_DIGITS),
      entries: [{ name: 'fault', value: fault }],
      unixSeconds: () => Math.floor(Date.parse(io.clock.isoNow()) / 1000),
      onDefect: (error) => tellDefect(error, io),
      parts: serverParts,
      limits: { queuedMax: flags.maxQueued, batchWaitMs: flags.batchWaitMs },
    });
    const url = await listen(server, flags);
    io.stdout.write(`${url}\n`);
    note(
      io,
      `Serving ${flags.servedModelName ?? modelName}, ${engine.options.precision}` +
        `${fault === 'none' ? '' : `, with the fault ${fault}`}. OpenAI clients: base URL ${url}/v1\n` +
        'Ctrl-C stops after the running requests.',
    );
    const signal = await interrupt.given;
    note(io, 'Stopping: running requests are finished first; again to stop at once.');
    await server.close();
    engine.close();
    return signal === 'SIGTERM' ? EXIT.pass : EXIT.interrupted;
  } finally {
    interrupt.stop();
  }
}

function apiKeyOf({ apiKey }: ServeFlags, { env }: CliIo): string | null {
  if (apiKey !== undefined) return apiKey;
  const variable = env[KEY_VARIABLE];
  if (variable === undefined || variable === '') return null;
  try {
    return key(variable);
  } catch {
    throw new ConfigError({
      code: 'SERVE_API_KEY',
      at: KEY_VARIABLE,
      expected: 'visible ASCII characters without spaces',
      got: 'others',
      hint: 'The key itself is never shown.',
    });
  }
}

/** Whoever reaches another address than loopback must show a key, unless that was given up in so many words. */
function checkExposure({ host, allowUnauthenticated = false }: ServeFlags, apiKey: string | null): void {
  if (apiKey !== null || allowUnauthenticated || isLoopback(host)) return;
  throw new ConfigError({
    code: 'SERVE_UNAUTHENTICATED',
    at: '--host',
    expected: 'a loopback address, or an API key',
    got: host,
    hint: `Set ${KEY_VARIABLE}, or say --allow-unauthenticated.`,
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

async function listen(server: EngineServer, { host, port }: ServeFlags): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new ConfigError({
      code: 'SERVE_CANNOT_LISTEN',
      at: `--host ${host} --port ${port}`,
      expected: 'an address of this machine and a free port',
      got: typeof code === 'string' ? code : String(error),
      hint: '--port 0 takes any free port.',
      cause: error,
    });
  }
}

function tellDefect(error: unknown, io: CliIo): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(`error: the server has failed on a request\n${text}\n`);
}
