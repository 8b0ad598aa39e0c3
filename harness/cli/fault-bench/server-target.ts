/**
 * The engine of a trial behind its own HTTP face, asked as any server is. Requests are handed to the server in this process: no port, no socket.
 * @module
 */
import { createEngine, type Checkpoint, type EngineOptions } from '../../../engine/index.ts';
import { createEngineServer, type EngineServer, type ServerParts } from '../../../engine/server/index.ts';
import type { Target } from '../../schema/index.ts';
import { createEndpointTarget, type ProbeResult } from '../../targets/index.ts';

export interface ServerTargetOptions {
  readonly checkpoint: Checkpoint;
  readonly engine: EngineOptions;
  /** Other than those of the server. */
  readonly parts: Partial<ServerParts>;
}

const TIMEOUT_MS = 60_000;
const ANSWER_BYTES_MAX = 10_000_000;

export type OpenServer = (options: ServerTargetOptions) => Target;

/** What the unchanged server can do is found out once, and holds for every trial: a part that is faulty does not add a route. */
export function createServerTargets(): OpenServer {
  let known: Promise<ProbeResult> | null = null;
  return (options) => {
    const unchanged = options.engine.parts === undefined && Object.keys(options.parts).length === 0;
    return serverTarget(options, (ask) => {
      if (unchanged) known ??= ask();
      return known ?? ask();
    });
  };
}

function serverTarget(
  { checkpoint, engine, parts }: ServerTargetOptions,
  probed: (ask: () => Promise<ProbeResult>) => Promise<ProbeResult>,
): Target {
  const server = createEngineServer(createEngine(checkpoint, engine), {
    modelName: 'bench',
    apiKey: null,
    hosts: [],
    version: '0',
    instance: 'bench',
    entries: [],
    unixSeconds: () => 0,
    onDefect: () => undefined,
    parts,
  });
  const target = createEndpointTarget({
    id: 'engine',
    api: 'openai-completions',
    baseUrl: 'http://localhost/v1',
    model: null,
    apiKey: null,
    dialect: 'evenkeel',
    tokenizer: 'bytes',
    topLogprobs: 5,
    waves: 'simultaneous',
    timeoutMs: TIMEOUT_MS,
    answerBytesMax: ANSWER_BYTES_MAX,
    attemptsMax: 1,
    waitMsMax: 0,
    declared: {},
    nonce: 'bench',
    probed,
    fetch: fetchFrom(server),
  });
  return {
    ...target,
    close: async () => {
      await target.close();
      await server.close();
    },
  };
}

function fetchFrom({ app }: EngineServer): typeof fetch {
  return async (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    const got = await app.inject({
      method: init?.method === 'POST' ? 'POST' : 'GET',
      url: `${pathname}${search}`,
      headers: { ...Object.fromEntries(new Headers(init?.headers)), host: 'localhost' },
      ...(typeof init?.body === 'string' ? { payload: init.body } : {}),
    });
    return new Response(got.body, { status: got.statusCode });
  };
}
