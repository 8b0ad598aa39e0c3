/**
 * The target that a configuration names, with what flags and the environment add to it.
 *
 * A server's address comes from the flag, else the config, else OPENAI_BASE_URL: an address that a config names is never replaced by a
 * variable that other tools set for themselves, since prompts would go to another host than the config says.
 * @module
 */
import { resolve } from 'node:path';
import type {
  ConfigOverrides,
  EndpointTargetConfig,
  ReferenceEngineTargetConfig,
  ResolvedConfig,
} from '../config/index.ts';
import { ConfigError } from '../ports/index.ts';
import type { Target } from '../schema/index.ts';
import { openRunFolder } from '../store/index.ts';
import {
  createEndpointTarget,
  createGgufTarget,
  createModuleTarget,
  createNullTarget,
  createReferenceEngineTarget,
  createReplayTarget,
  type EndpointOptions,
  type ReferenceEngineOptions,
} from '../targets/index.ts';

/** The flags that name a server. */
export interface EndpointFlags {
  readonly baseUrl?: string;
  readonly model?: string;
  readonly apiKeyEnv?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `--base-url` makes a server the target of a config that has another kind of target. */
export function endpointOverrides({ baseUrl, model, apiKeyEnv }: EndpointFlags, raw: unknown): ConfigOverrides {
  if (baseUrl === undefined && model === undefined && apiKeyEnv === undefined) return {};
  return {
    ...(baseUrl === undefined || isEndpointKind(rawKind(raw)) ? {} : { kind: 'openai-completions' }),
    baseUrl,
    model,
    apiKeyEnv,
  };
}

function rawKind(raw: unknown): unknown {
  const target: unknown = typeof raw === 'object' && raw !== null && 'target' in raw ? raw.target : undefined;
  return typeof target === 'object' && target !== null && 'kind' in target ? target.kind : undefined;
}

function isEndpointKind(kind: unknown): boolean {
  return kind === 'openai-completions' || kind === 'openai-chat';
}

export interface CreateTargetInput {
  readonly config: Pick<ResolvedConfig, 'target'>;
  /** What paths of the config are relative to. */
  readonly directory: string;
  /** Module of a seeded fault; null = none. */
  readonly partsModule: string | null;
  readonly env: Environment;
}

/** @throws ConfigError when a server has no address */
export async function createTarget({
  config: { target },
  directory,
  partsModule,
  env,
}: CreateTargetInput): Promise<Target> {
  switch (target.kind) {
    case 'reference-engine':
      return await createReferenceEngineTarget(referenceEngineOptions(target, directory, partsModule));
    case 'null':
      return createNullTarget(target);
    case 'module':
      return await createModuleTarget({ id: target.id, path: resolve(directory, target.path) });
    case 'gguf':
      return await createGgufTarget({
        ...target,
        id: target.id ?? null,
        path: resolve(directory, target.path),
        directory,
      });
    case 'replay':
      return replayTarget(resolve(directory, target.run));
    case 'openai-completions':
    case 'openai-chat':
      return createEndpointTarget(endpointOptions(target, env));
  }
}

export function endpointOptions(target: EndpointTargetConfig, env: Environment): EndpointOptions {
  const { kind, baseUrl, model, apiKeyEnv, ...rest } = target;
  const address = baseUrl ?? env['OPENAI_BASE_URL'];
  if (address === undefined || address === '')
    throw new ConfigError({
      code: 'CONFIG_BASE_URL',
      at: 'target.baseUrl',
      expected: 'the address of the server',
      got: 'nothing',
      hint: 'Write it into the config, give --base-url, or set OPENAI_BASE_URL.',
    });
  const key = env[apiKeyEnv];
  return {
    ...rest,
    api: kind,
    baseUrl: address,
    model: model ?? null,
    apiKey: key === undefined || key === '' ? null : key,
  };
}

/** The recorded target's id is a part of the unit ids, so it is taken from the run. */
function replayTarget(path: string): Target {
  const run = openRunFolder(path);
  const { target, config } = run.manifest;
  return createReplayTarget({
    id: target.id,
    runId: run.id,
    description: target,
    tokenizer: target.endpoint !== undefined && !cutIntoBytes(config) ? 'text' : 'bytes',
    observations: async () => (await run.indexUnits()).observations,
    loadBlob: (sha256) => run.loadBlob(sha256),
  });
}

function cutIntoBytes(config: unknown): boolean {
  const target: unknown = typeof config === 'object' && config !== null && 'target' in config ? config.target : null;
  return typeof target === 'object' && target !== null && 'tokenizer' in target && target.tokenizer === 'bytes';
}

/** Paths made absolute, the fault made a module. */
export function referenceEngineOptions(
  target: ReferenceEngineTargetConfig,
  directory: string,
  partsModule: string | null,
): ReferenceEngineOptions {
  const { id, checkpoint, precision, lanes, maxBatch, chunkSize, keyBlock, splitPolicy, mhcSplitK } = target;
  return {
    id,
    precision,
    lanes,
    maxBatch,
    chunkSize,
    keyBlock,
    splitPolicy,
    mhcSplitK,
    checkpoint:
      checkpoint.kind === 'directory' ? { kind: 'directory', path: resolve(directory, checkpoint.path) } : checkpoint,
    partsModule,
  };
}
