/**
 * A serving session: continuous batching with chunked prefill over state slots and a tiered page cache.
 *
 * Each tick admits what has arrived and fits, installs what its prefix lookup brought up, and runs one step over all running
 * requests: from each its next prompt chunk, or its last token and the drafts after it. When pages run out the youngest request is
 * preempted and comes back later. Slots and cached prefixes carry over from one `run` to the next (a long-lived server does that).
 * With the default parts a request's results do not depend on its batch mates, its slot, the chunk size, what was cached, or when
 * it was preempted. Results go by handle, never by the id that a client chose.
 * @module
 */
import { createStateBlock, resetState, StateJournal, StatePool, stateRegions } from '../cache/index.ts';
import type { KvCache, MemoryArea, Pin, PrefixDomain } from '../cache/index.ts';
import { MemoryState } from '../memory/index.ts';
import { createStepCounters } from '../model/index.ts';
import type { Model, StepCounters, StepSequence } from '../model/index.ts';
import { draftTokens } from './drafting.ts';
import type { FutureTokens } from './future-tokens.ts';
import { neededLogits } from './needed-logits.ts';
import { admitRequest } from './request.ts';
import type { PrefixRequest } from './request-domain.ts';
import type { BatchRequest, BatchResult } from './request.ts';
import type { Client, ResponseRoutes } from './response-routes.ts';
import type { SamplingRows } from './sampling-rows.ts';
import { sampleToken } from './sampler.ts';
import { ServedRequest } from './served-request.ts';
import { createSessionCounters } from './session-counters.ts';
import type { SessionCounters } from './session-counters.ts';
import type { SessionOptions } from './session-options.ts';
import { TextStream } from './text-stream.ts';
import { scoreForced } from './teacher-forcing.ts';

/** `ran` = a step was computed; `waiting` = copies or arrivals are awaited; `idle` = nothing to do. */
export type TickOutcome = 'ran' | 'waiting' | 'idle';

/** Ticks without a step while nothing is to come: the session is stuck, which is a bug. */
const STALL_TICKS = 64;
/** Ticks without a step while copies are open: the copy scheduler completes none. */
const STALL_COPY_TICKS = 10_000;

export class Session {
  private readonly model: Model;
  private readonly options: SessionOptions;
  private readonly pool: StatePool;
  private readonly rows: SamplingRows;
  private readonly routes: ResponseRoutes;
  private readonly futures: FutureTokens;
  private readonly own: SessionCounters = createSessionCounters();
  private readonly stepCounters: StepCounters = createStepCounters();
  private waiting: ServedRequest[] = [];
  /** Requests that have a slot, oldest first. */
  private active: ServedRequest[] = [];
  private serials = 0;
  private ticks = 0;
  private stalled = 0;
  private lastStepRows = 0;
  /**
   * The oldest request that found no pages. Nothing younger is admitted meanwhile: it would pin again what is just leaving, and both
   * would wait for ever.
   */
  private starved: ServedRequest | null = null;

  constructor(model: Model, options: SessionOptions) {
    this.model = model;
    this.options = options;
    this.rows = options.parts.samplingRows();
    this.routes = options.parts.responseRoutes();
    this.futures = options.parts.futureTokens(options.maxBatch);
    this.pool = new StatePool(
      options.maxBatch,
      () => createStateBlock(options.stateShape, options.cache.pool),
      options.parts.stateReset,
    );
  }

  get counters(): SessionCounters & StepCounters & ReturnType<KvCache['counters']> {
    return { ...this.stepCounters, ...this.own, ...this.options.cache.counters() };
  }

  get cache(): KvCache {
    return this.options.cache;
  }

  /** Requests that have a slot, those that wait for one, and how many were in the last step. */
  get load(): { readonly running: number; readonly waiting: number; readonly lastStepRows: number } {
    return { running: this.active.length, waiting: this.waiting.length, lastStepRows: this.lastStepRows };
  }

  /** Everything in memory that holds a part of a request, as it lies there. All of it is wiped by `close`. */
  areas(): MemoryArea[] {
    const states = this.pool.made().flatMap((block) => stateRegions(block));
    return [...this.cache.areas(), ...states.map((bytes) => ({ tier: 'state', bytes }) as const)];
  }

  get idle(): boolean {
    return this.waiting.length === 0 && this.active.length === 0;
  }

  /**
   * Queues a request.
   *
   * @throws RangeError when the request does not fit the model or the page cache
   */
  submit(request: BatchRequest): ServedRequest {
    return this.enter(request).served;
  }

  private enter(request: BatchRequest): { served: ServedRequest; client: Client } {
    if (this.cache.pool.closed)
      throw new RangeError(`request ${request.id}: expected an open session, got a closed one`);
    const { vocabSize, maxPositions } = this.model.config;
    const admitted = admitRequest(request, { vocabSize, maxPositions });
    const { cache, parts } = this.options;
    const pages = cache.pagesFor(admitted.prompt.length + Math.max(admitted.maxTokens, admitted.forced.length));
    if (pages > cache.pool.capacity)
      throw new RangeError(
        `request ${request.id}: expected at most ${cache.pool.capacity} pages of ${cache.pageTokens} tokens, ` +
          `got a prompt and maxTokens that need ${pages}; raise hotPages`,
      );
    const stream = new TextStream(parts.detokenizer, admitted.stop);
    const serial = this.serials++;
    const { onToken, onText, onEnd } = admitted;
    const client: Client = { onToken, onText, onEnd, answer: null };
    this.routes.open(serial, admitted.id, client);
    const clientNow = (): Client | null => this.routes.clientOf(serial, admitted.id);
    const served = new ServedRequest(admitted, serial, this.ticks + admitted.arrivalStep, stream, clientNow);
    this.waiting.push(served);
    return { served, client };
  }

  /** Ends a request wherever it is; false when it is not in the session. */
  abort(id: string): boolean {
    const found = [...this.active, ...this.waiting].find((r) => r.request.id === id);
    if (found === undefined) return false;
    found.finishReason = 'abort';
    this.own.aborts++;
    this.log('abort', found, {});
    this.leave(found);
    return true;
  }

  /**
   * Ends the session: pages and states are wiped and their memory given back at once, and the cold store is closed. One that is only
   * forgotten gives its memory back when it is collected, and leaves its cold store open.
   */
  close(): void {
    if (!this.cache.pool.closed) for (const block of this.pool.made()) resetState(block);
    this.options.cache.end();
  }

  /** Runs all requests to their end; results come back in the order of the requests. */
  run(requests: readonly BatchRequest[]): BatchResult[] {
    const clients: Client[] = [];
    try {
      for (const request of requests) clients.push(this.enter(request).client);
      while (!this.idle) this.tick();
    } catch (error) {
      for (const r of [...this.active, ...this.waiting]) this.leave(r);
      throw error;
    }
    return clients.map(({ answer }, i) => {
      if (answer === null) throw new Error(`invariant: request ${requests[i].id} got no answer`);
      return answer;
    });
  }

  /** One round of the scheduler. */
  tick(): TickOutcome {
    if (this.idle) return 'idle';
    const before = { ...this.model.counters };
    try {
      this.options.scheduler.advance();
      this.admit();
      this.install();
      const sequences = this.plan();
      this.ticks++;
      if (sequences.length === 0) return this.wait();
      this.stalled = 0;
      this.step(sequences);
      return 'ran';
    } finally {
      this.addStepCounters(before);
    }
  }

  /** Pins the cached blocks of a prompt where they are; `unpinPrefix` lets them go. */
  pinPrefix(prompt: PrefixRequest): Pin[] {
    return this.options.cache.pinPrefix(Int32Array.from(prompt.tokenIds), this.domainOf(prompt));
  }

  unpinPrefix(pins: readonly Pin[]): void {
    this.options.cache.unpinPrefix(pins);
  }

  private wait(): TickOutcome {
    const due = this.waiting.some((r) => r.arrivesAt > this.ticks);
    const moving = this.options.cache.tiers.copiesInFlight > 0;
    this.stalled = due ? 0 : this.stalled + 1;
    if (this.stalled > (moving ? STALL_COPY_TICKS : STALL_TICKS))
      throw new Error(
        `invariant: the session waits for nothing (${moving ? 'open copies do not complete' : 'no copies'})`,
      );
    return 'waiting';
  }

  private admit(): void {
    const { cache, parts, prefetchQueued } = this.options;
    for (;;) {
      const { starved } = this;
      const arrived = this.waiting.filter(
        (r) => r.arrivesAt <= this.ticks && (starved === null || r.serial < starved.serial),
      );
      if (arrived.length === 0) return;
      const acquired = this.pool.acquire();
      if (acquired === null) {
        for (const r of arrived.slice(0, prefetchQueued))
          cache.prefetch(
            Int32Array.from(r.tokens),
            this.domainOf({ ...r.request, tokenIds: r.request.prompt }),
            r.firstNeeded,
          );
        return;
      }
      if (acquired.reused) this.own.slotReuses++;
      const next = parts.admissionOrder(
        arrived.map(({ request, tokens }) => ({ id: request.id, promptTokens: tokens.length })),
      );
      const r = arrived[next] ?? arrived[0];
      this.waiting = this.waiting.filter((w) => w !== r);
      r.slot = acquired.slot;
      r.state = acquired.block;
      r.phase = 'restoring';
      r.lease ??= cache.open(
        Int32Array.from(r.tokens),
        this.domainOf({ ...r.request, tokenIds: r.request.prompt }),
        r.request.tenant,
        r.firstNeeded,
      );
      this.rows.place(r.slot, r.request.allowedTokenIds);
      this.active.push(r);
      this.active.sort((a, b) => a.serial - b.serial);
      this.log('admit', r, { slot: r.slot });
    }
  }

  private domainOf(request: PrefixRequest): PrefixDomain {
    return {
      ...this.options.parts.requestDomain(request),
      memoryVersion: this.options.memory?.version ?? '',
      engine: this.options.engineFingerprint,
    };
  }

  private install(): void {
    const { cache } = this.options;
    for (const r of this.active) {
      if (r.phase !== 'restoring' || !cache.poll(r.lease!)) continue;
      const from = cache.install(r.lease!, r.state!, Int32Array.from(r.tokens));
      if (r.tokenIds.length === 0 && r.scored === 0) {
        r.reusedTokens = from;
        r.cachedTokens = this.options.parts.cachedTokensTold(from);
      }
      r.draftStart = from;
      r.drafts = [];
      r.phase = 'running';
    }
  }

  /** What the step computes, with pages for all of it. Older requests come first when pages are short. */
  private plan(): { readonly request: ServedRequest; readonly tokens: readonly number[]; readonly decode: boolean }[] {
    const planned: { request: ServedRequest; tokens: readonly number[]; decode: boolean }[] = [];
    this.starved = null;
    for (const r of [...this.active]) {
      if (r.phase !== 'running') continue;
      const { tokens, decode } = this.nextTokens(r);
      if (this.makeRoom(r, this.pagedTokens(r, tokens.length))) planned.push({ request: r, tokens, decode });
      else this.starved ??= r;
    }
    if (planned.length === 0) this.unlock();
    // preempted after they were planned: nothing of them is computed
    return planned.filter(({ request }) => request.phase === 'running').sort((a, b) => a.request.slot - b.request.slot);
  }

  /** Requests that wait for pages with pages pinned can lock each other: the youngest gives way until the oldest can go on. */
  private unlock(): void {
    const [oldest] = this.active;
    if (this.active.length < 2 || this.options.cache.tiers.copiesInFlight > 0) return;
    this.preempt(this.active[this.active.length - 1]);
    this.starved = oldest;
  }

  private nextTokens(r: ServedRequest): { tokens: readonly number[]; decode: boolean } {
    const { length } = r.state!;
    const { cache } = this.options;
    const known = r.tokens.length - (r.tokenIds.length > 0 ? 1 : 0);
    if (length < known) {
      const end = Math.min(known, length + this.options.chunkSize, cache.nextStop(length));
      return { tokens: r.tokens.slice(length, end), decode: false };
    }
    const room = Math.min(cache.nextStop(length) - length - 1, r.request.maxTokens - r.tokenIds.length - 1);
    r.drafts.length = Math.max(0, Math.min(r.drafts.length, room));
    return { tokens: [r.future === null ? r.tokens[length] : this.futures.take(r.future), ...r.drafts], decode: true };
  }

  /** Tokens that need pages after the step: also the forced ones, when the prompt ends in it. */
  private pagedTokens(r: ServedRequest, count: number): number {
    const end = r.state!.length + count;
    return !r.promptDone && end === r.request.prompt.length ? end + Math.max(0, r.request.forced.length - 1) : end;
  }

  /** Pages for a request's first `tokens` tokens, if need be by preempting younger requests; false = not now. */
  private makeRoom(r: ServedRequest, tokens: number): boolean {
    const { cache, parts } = this.options;
    while (!cache.ensure(r.lease!, r.state!, tokens)) {
      if (cache.tiers.copiesInFlight > 0) return false;
      const younger = this.active.filter((o) => o.serial > r.serial);
      if (younger.length === 0) return false;
      const victim = parts.preemptionVictim(
        younger.map(({ request, tokens: t }) => ({ id: request.id, tokens: t.length })),
      );
      this.preempt(younger[victim] ?? younger[younger.length - 1]);
    }
    return true;
  }

  private preempt(r: ServedRequest): void {
    const { cache, parts, preemption } = this.options;
    this.own.preemptions++;
    const swapped = preemption === 'swap' && r.phase === 'running' && cache.suspend(r.lease!, r.state!);
    this.log('preempt', r, { how: swapped ? 'swap' : 'recompute', tokens: r.tokens.length });
    if (!swapped) {
      cache.close(r.lease!, r.state);
      r.lease = null;
      r.tokens = parts.resumeTokens([...r.request.prompt], r.tokenIds);
    } else this.own.swaps++;
    this.giveUpSlot(r);
    r.phase = 'waiting';
    this.waiting.unshift(r);
    this.waiting.sort((a, b) => a.serial - b.serial);
  }

  private giveUpSlot(r: ServedRequest): void {
    this.rows.clear(r.slot);
    this.pool.release(r.slot);
    this.active = this.active.filter((a) => a !== r);
    r.state = null;
    r.future = null;
    r.drafts = [];
  }

  /** Takes a request out of the session. */
  private leave(r: ServedRequest): void {
    if (r.lease !== null) this.options.cache.close(r.lease, r.state);
    r.lease = null;
    if (r.state !== null) this.giveUpSlot(r);
    this.waiting = this.waiting.filter((w) => w !== r);
    r.phase = 'done';
    const client = this.routes.clientOf(r.serial, r.request.id);
    const result = client === null ? null : (client.answer = r.result());
    this.routes.close(r.serial, r.request.id);
    if (result !== null) client?.onEnd?.(result);
  }

  /** Runs one step. Its arrays are the kernels' and are given back at the end. */
  private step(planned: ReturnType<Session['plan']>): void {
    this.model.scoped(() => this.compute(planned));
  }

  private compute(planned: ReturnType<Session['plan']>): void {
    const tokenIds: number[] = [];
    const sequences = planned.map(({ request: r, tokens, decode }): StepSequence => {
      const state = r.state!;
      if (!decode && r.chunks > 0) this.own.laterChunks++;
      if (!decode) r.chunks++;
      state.journal = decode && tokens.length > 1 ? new StateJournal() : null;
      const from = tokenIds.length;
      tokenIds.push(...tokens);
      return {
        request: r.request.id,
        state,
        start: state.length,
        from,
        count: tokens.length,
        decode,
        windowStart: state.windowStart,
        promptLength: r.request.prompt.length,
      };
    });
    this.own.steps++;
    this.lastStepRows = planned.length;
    this.own.maxActiveRows = Math.max(this.own.maxActiveRows, planned.length);
    const streams = this.model.forward({ tokenIds: Int32Array.from(tokenIds), sequences }, this.options.tap);
    const firstNeeded = planned.map(({ request }) => request.firstNeeded);
    const logits = neededLogits(this.model, sequences, firstNeeded, streams);
    planned.forEach(({ request }, i) => this.advance(request, sequences[i], logits[i]));
    this.draft(planned, sequences, streams);
    for (const { request: r } of planned) {
      if (r.lease !== null) this.options.cache.publish(r.lease, r.state!, r.tokens);
      if (r.finishReason !== null) this.leave(r);
      else {
        if (r.tokenIds.length > 0) r.future = this.futures.put(r.slot, r.tokens[r.tokens.length - 1]);
        this.prefetchMemory(r);
      }
    }
  }

  /** The rows that the request's next step will look up are known now. */
  private prefetchMemory(r: ServedRequest): void {
    const { memory } = this.options;
    if (memory === null || !(r.state?.memory instanceof MemoryState)) return;
    memory.prefetch(r.state.memory, Int32Array.from(this.nextTokens(r).tokens));
    memory.fetcher.advance();
  }

  /** Takes the logits of a request's last rows of this step. */
  private advance(r: ServedRequest, s: StepSequence, logits: Float32Array): void {
    const { vocabSize } = this.model.config;
    const n = logits.length / vocabSize;
    if (n === 0) return;
    if (s.decode) {
      this.verify(r, s, logits);
      return;
    }
    if (r.tokenIds.length > 0) return;
    const { prompt, forced, maxTokens } = r.request;
    r.scorePrompt(logits, s.start + s.count - n, vocabSize);
    if (s.start + s.count < prompt.length) return;
    const last = logits.subarray((n - 1) * vocabSize);
    if (forced.length > 0)
      r.forcedLogits.push(last.slice(), ...scoreForced(this.model, r.request, r.state!, this.options.chunkSize));
    if (maxTokens > 0) r.produce(this.sample(r, last), last);
    else r.finishReason = 'length';
  }

  /** One token from the model itself, then each drafted one that it agrees with. */
  private verify(r: ServedRequest, s: StepSequence, logits: Float32Array): void {
    const { vocabSize } = this.model.config;
    const { parts } = this.options;
    let kept = 0;
    for (let i = 0; i < s.count && r.finishReason === null; i++) {
      const row = (at: number): Float32Array => logits.subarray(at * vocabSize, (at + 1) * vocabSize);
      const sampled = this.sample(r, row(i));
      const draft = r.drafts[i];
      const accepted = draft !== undefined && parts.acceptDraft(draft, sampled, row(i));
      r.produce(accepted ? draft : sampled, row(parts.logprobRow(i, r.reusedTokens)));
      kept = i + 1;
      if (draft === undefined) break;
      if (accepted) this.own.acceptedDrafts++;
      else {
        this.own.rejectedDrafts++;
        break;
      }
    }
    const state = r.state!;
    if (kept < s.count && state.journal !== null) {
      parts.draftRollback(state.journal, s.start + kept);
      this.own.rollbacks++;
      state.length = s.start + kept;
    }
    state.journal = null;
    r.drafts = [];
  }

  private sample(r: ServedRequest, logits: Float32Array, index = r.tokenIds.length, draft = false): number {
    const { parts } = this.options;
    const place = { request: r.request.id, slot: r.slot, draft };
    return sampleToken(this.rows.masked(r.slot, logits), r.request, () =>
      parts.samplerRng(r.request.seed, index, place),
    );
  }

  /** Runs the draft layer over the tokens just computed and drafts the next ones. */
  private draft(planned: ReturnType<Session['plan']>, sequences: readonly StepSequence[], streams: Float32Array): void {
    if (this.options.draftTokens === 0) return;
    const { hcMult, hiddenSize } = this.model.config;
    const width = hcMult * hiddenSize;
    planned.forEach(({ request: r }, i) => {
      if (r.finishReason !== null) return;
      const { start, from } = sequences[i];
      const computed = r.state!.length - start;
      const own = streams.subarray(from * width, (from + computed) * width);
      const wanted = r.tokenIds.length > 0 ? this.options.draftTokens : 0;
      r.drafts = draftTokens(this.model, r, own, start, wanted, (logits, index) => this.sample(r, logits, index, true));
      this.own.draftedTokens += r.drafts.length;
    });
  }

  private addStepCounters(before: StepCounters): void {
    const after = this.model.counters;
    for (const key of Object.keys(before) as (keyof StepCounters)[]) {
      if (key === 'maxSplits') this.stepCounters[key] = Math.max(this.stepCounters[key], after[key]);
      else this.stepCounters[key] += after[key] - before[key];
    }
  }

  private log(kind: string, r: ServedRequest, detail: Record<string, string | number>): void {
    this.options.events?.({ kind, subject: r.request.id, detail: { serial: r.serial, ...detail } });
  }
}
