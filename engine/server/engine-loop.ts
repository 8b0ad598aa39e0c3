/**
 * One engine session for all clients: requests are admitted as they come, and the event loop runs between two steps.
 *
 * That is what makes concurrent HTTP requests share a batch. A step that throws ends every open request with that error, and the
 * session is replaced; a cache that a failed step has touched is not used again.
 * @module
 */
import type { BatchRequest, Engine, ServedRequest, Session } from '../serving/index.ts';
import { ApiError } from './api-error.ts';
import { Generation } from './generation.ts';
import { createLoopTotals } from './loop-totals.ts';
import type { LoopTotals } from './loop-totals.ts';

/** What a client may ask of the engine; ids and callbacks are the loop's. */
export type EngineRequest = Omit<
  BatchRequest,
  'id' | 'onToken' | 'onText' | 'onEnd' | 'onPromptLogprobs' | 'arrivalStep'
>;

export interface EngineLoopOptions {
  readonly queuedMax: number;
  /** How long an idle engine waits for more requests before the first step. */
  readonly batchWaitMs: number;
  readonly onDefect: (error: unknown) => void;
}

export interface LoopLoad {
  readonly running: number;
  readonly waiting: number;
  readonly lastStepRows: number;
}

const RETRY_SECONDS = 1;

export class EngineLoop {
  readonly totals: LoopTotals = createLoopTotals();
  private readonly engine: Engine;
  private readonly options: EngineLoopOptions;
  private session: Session;
  private readonly open = new Map<Generation, ServedRequest>();
  /** Submitted while the cache is to be emptied: they enter when it is. */
  private held: Generation[] = [];
  private resets: (() => void)[] = [];
  private serials = 0;
  private active = false;

  constructor(engine: Engine, options: EngineLoopOptions) {
    this.engine = engine;
    this.options = options;
    this.session = engine.openSession();
  }

  /** Tokens that a prompt and what is produced may have together. */
  get maxModelLen(): number {
    const { cache } = this.session;
    return Math.min(this.engine.maxPositions, cache.pool.capacity * cache.pageTokens);
  }

  get load(): LoopLoad {
    const { running, waiting, lastStepRows } = this.session.load;
    return { running, waiting: waiting + this.held.length, lastStepRows: this.session.idle ? 0 : lastStepRows };
  }

  /** Counters of all sessions so far. */
  get counters(): Readonly<Record<string, number>> {
    return this.totals.with({ ...this.session.counters });
  }

  /** Objects of the cache by tier. */
  get tiers(): Readonly<Record<'hot' | 'warm' | 'cold', number>> {
    const count = { hot: 0, warm: 0, cold: 0 };
    for (const { tier } of this.session.cache.tiers.census()) count[tier]++;
    return count;
  }

  get idle(): boolean {
    return this.session.idle && this.held.length === 0;
  }

  /**
   * Takes requests, all or none; those of one call arrive at the same step.
   *
   * @throws ApiError 429 when the queue has no room for them, 400 when it never will
   */
  submit(requests: readonly EngineRequest[]): Generation[] {
    const capacity = this.options.queuedMax + this.engine.options.maxBatch;
    if (requests.length > capacity)
      throw new ApiError({
        status: 400,
        code: 'too_many_prompts',
        message: `expected at most ${capacity} prompts times n, got ${requests.length}; send several requests`,
      });
    const { running, waiting } = this.load;
    if (running + waiting + requests.length > capacity)
      throw new ApiError({
        status: 429,
        code: 'queue_full',
        message: `${running} requests run and ${waiting} wait; the queue has no room for ${requests.length} more`,
        retryAfterSeconds: RETRY_SECONDS,
      });
    const generations = requests.map((request) => new Generation(`r${this.serials++}`, request));
    if (this.resets.length > 0) this.held.push(...generations);
    else this.enterAll(generations);
    this.start();
    return generations;
  }

  /** Ends a request wherever it is. */
  abort(generation: Generation): void {
    this.held = this.held.filter((held) => held !== generation);
    if (this.open.delete(generation) && this.session.abort(generation.id)) this.totals.ended.abort++;
    if (generation.ended) generation.tell();
    else generation.fail(new ApiError({ status: 499, code: 'aborted', message: 'the request was given up' }));
  }

  /** Ends every request with an error. */
  abortAll(error: ApiError): void {
    for (const generation of [...this.open.keys(), ...this.held]) {
      generation.fail(error);
      this.abort(generation);
    }
  }

  /** Empties the prefix cache: what came before ends as it would have, what comes after finds nothing. */
  resetPrefixCache(): Promise<void> {
    return new Promise((resolve) => {
      this.resets.push(resolve);
      this.start();
    });
  }

  private enterAll(generations: readonly Generation[]): void {
    try {
      for (const generation of generations) {
        const { request, callbacks, id } = generation;
        this.open.set(generation, this.session.submit({ ...request, ...callbacks, id }));
      }
    } catch (cause) {
      // the engine's own check: the routes have checked before, in the words of HTTP
      const message = cause instanceof Error ? cause.message : String(cause);
      const error = new ApiError({ status: 400, code: 'refused_by_engine', message, cause });
      for (const generation of generations) {
        generation.fail(error);
        this.abort(generation);
      }
    }
  }

  private start(): void {
    if (this.active) return;
    this.active = true;
    const { batchWaitMs } = this.options;
    // not at once: requests that came in the same turn of the event loop share the first step
    if (batchWaitMs === 0) setImmediate(() => this.round());
    else setTimeout(() => this.round(), batchWaitMs);
  }

  private round(): void {
    if (this.session.idle) this.whenIdle();
    if (this.session.idle) {
      this.active = false;
      return;
    }
    try {
      if (this.session.tick() === 'ran') this.totals.countStep(this.session.load.lastStepRows);
    } catch (error) {
      this.replaceSession();
      this.failAll(error);
    }
    for (const [generation, served] of [...this.open]) {
      // a reader that was told may have ended another
      if (!this.open.has(generation)) continue;
      if (served.phase === 'done') {
        this.open.delete(generation);
        this.settle(generation);
      }
      generation.tell();
    }
    setImmediate(() => this.round());
  }

  private settle(generation: Generation): void {
    if (generation.result === null)
      generation.fail(
        new ApiError({ status: 500, code: 'answer_lost', message: 'the engine gave this request no answer' }),
      );
    else this.totals.countEnd(generation.request, generation.result);
  }

  private whenIdle(): void {
    const resets = this.resets;
    this.resets = [];
    if (resets.length > 0) this.replaceSession();
    for (const done of resets) done();
    const { held } = this;
    this.held = [];
    this.enterAll(held);
  }

  private replaceSession(): void {
    this.totals.keep({ ...this.session.counters });
    this.session.close();
    this.session = this.engine.openSession();
  }

  private failAll(cause: unknown): void {
    this.options.onDefect(cause);
    this.totals.engineFailures++;
    const generations = [...this.open.keys()];
    this.open.clear();
    for (const generation of generations) {
      const message = `the engine failed while this request ran: ${cause instanceof Error ? cause.message : String(cause)}`;
      generation.fail(new ApiError({ status: 500, code: 'engine_failed', message, cause }));
      generation.tell();
    }
  }
}
