/**
 * What every route works with: the engine's loop, the options, and the names that answers carry.
 * @module
 */
import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { Engine } from '../serving/index.ts';
import { ApiError } from './api-error.ts';
import type { EngineLoop } from './engine-loop.ts';
import type { Generation } from './generation.ts';
import type { CompleteServerOptions } from './options.ts';
import { IGNORED } from './parameters.ts';
import type { ModelLimits } from './prompts.ts';

const FINGERPRINT_DIGITS = 16;

export class ServerState {
  readonly engine: Engine;
  readonly loop: EngineLoop;
  readonly options: CompleteServerOptions;
  /** Of everything that could change a bit: the same options and checkpoint have the same fingerprint, on any machine. */
  readonly systemFingerprint: string;
  draining = false;
  /** Generations that are not answered to the end. */
  openAnswers = 0;
  private answers = 0;

  constructor(engine: Engine, loop: EngineLoop, options: CompleteServerOptions) {
    this.engine = engine;
    this.loop = loop;
    this.options = options;
    const hash = createHash('sha256').update('evenkeel/engine\n');
    for (const { name, value } of engine.describe())
      hash.update(`${Buffer.byteLength(name)}:${name}${Buffer.byteLength(value)}:${value}\n`);
    this.systemFingerprint = `evenkeel-${hash.digest('hex').slice(0, FINGERPRINT_DIGITS)}`;
  }

  get limits(): ModelLimits {
    const { vocabSize, promptIntake } = this.engine;
    const { logprobsMax } = this.options.limits;
    return { vocabSize, maxModelLen: this.loop.maxModelLen, logprobsMax, promptIntake };
  }

  /** @throws ApiError 404 when another model is asked for */
  checkModel(model: string | undefined): void {
    const { modelName } = this.options;
    if (model !== undefined && model !== modelName)
      throw new ApiError({
        status: 404,
        code: 'model_not_found',
        param: 'model',
        message: `model: expected ${JSON.stringify(modelName)}, got ${JSON.stringify(model.slice(0, 100))}`,
      });
  }

  /** What every answer begins with. */
  head<Kind extends string>(prefix: string, object: Kind) {
    const { instance, modelName, unixSeconds } = this.options;
    return {
      id: `${prefix}-${instance}-${this.answers++}`,
      object,
      created: unixSeconds(),
      model: modelName,
      system_fingerprint: this.systemFingerprint,
    };
  }
}

/** Ends requests whose client has gone, wherever they are. */
export function abortOnDisconnect(state: ServerState, reply: FastifyReply, generations: readonly Generation[]): void {
  state.openAnswers++;
  reply.raw.on('close', () => {
    state.openAnswers--;
    for (const generation of generations) if (!generation.ended) state.loop.abort(generation);
  });
}

/** Parameters that were given and have no effect, named in a header. */
export function ignoredHeader(body: unknown, ignored: readonly string[] = IGNORED): Record<string, string> {
  const names = ignored.filter(
    (name) =>
      typeof body === 'object' && body !== null && Object.hasOwn(body, name) && Reflect.get(body, name) !== null,
  );
  return names.length === 0 ? {} : { 'x-ignored-parameters': names.join(', ') };
}
