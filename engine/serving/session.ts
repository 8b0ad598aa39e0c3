/**
 * A serving session: continuous batching with chunked prefill over a fixed pool of state slots.
 *
 * Each step takes from every running request either its next prompt chunk or its last generated token; finished requests free
 * their slot for the next in line. Slots carry over from one `run` to the next (that is what a long-lived server does).
 * With the default parts a request's results do not depend on its batch mates, its slot or the chunk size.
 * @module
 */
import { copyState, StatePool } from '../cache/index.ts';
import type { StateBlock, StateReset } from '../cache/index.ts';
import { createStepCounters } from '../model/index.ts';
import type { Model, StepCounters, StepSequence } from '../model/index.ts';
import { admitRequest } from './request.ts';
import type { AdmittedRequest, BatchRequest, BatchResult } from './request.ts';
import { logSumExp, sampleToken, topLogprobs } from './sampler.ts';
import type { TokenLogprob } from './sampler.ts';

export interface SessionCounters extends StepCounters {
  steps: number;
  /** Most requests in one step. */
  maxActiveRows: number;
  /** Prompt chunks after the first of each request. */
  laterChunks: number;
  /** Admissions to a slot that another request had before. */
  slotReuses: number;
}

export interface SessionOptions {
  readonly maxBatch: number;
  readonly chunkSize: number;
  readonly stateReset: StateReset;
}

/** A request in a slot. */
interface Running {
  readonly request: AdmittedRequest;
  readonly slot: number;
  readonly state: StateBlock;
  /** Prompt tokens already run. */
  prefilled: number;
  readonly tokenIds: number[];
  readonly logprobs: number[];
  readonly topLogprobs: TokenLogprob[][];
  readonly logits: Float32Array[];
  readonly promptLogits: Float32Array[];
  /** State and last logits at the end of the prompt, kept for teacher forcing. */
  forcedStart: { state: StateBlock; logits: Float32Array } | null;
}

export class Session {
  readonly counters: SessionCounters = {
    ...createStepCounters(),
    steps: 0,
    maxActiveRows: 0,
    laterChunks: 0,
    slotReuses: 0,
  };
  private readonly model: Model;
  private readonly options: SessionOptions;
  private readonly pool: StatePool;

  constructor(model: Model, options: SessionOptions) {
    this.model = model;
    this.options = options;
    this.pool = new StatePool(options.maxBatch, () => model.createState(), options.stateReset);
  }

  /** Runs all requests to their end; results come back in the order of the requests. */
  run(requests: readonly BatchRequest[]): BatchResult[] {
    const limits = { vocabSize: this.model.config.vocabSize, maxPositions: this.model.config.maxPositions };
    const waiting = requests.map((r) => admitRequest(r, limits));
    const results = new Map<AdmittedRequest, BatchResult>();
    const order = [...waiting];
    let running: Running[] = [];
    const before = { ...this.model.counters };
    try {
      while (waiting.length > 0 || running.length > 0) {
        this.admit(waiting, running);
        this.step(running);
        for (const r of running.filter(isFinished)) results.set(r.request, this.finish(r));
        running = running.filter((r) => !isFinished(r));
      }
    } finally {
      for (const r of running) this.pool.release(r.slot);
      this.addStepCounters(before);
    }
    return order.map((r) => results.get(r)!);
  }

  private admit(waiting: AdmittedRequest[], running: Running[]): void {
    while (waiting.length > 0) {
      const acquired = this.pool.acquire();
      if (acquired === null) break;
      if (acquired.reused) this.counters.slotReuses++;
      running.push({
        request: waiting.shift()!,
        slot: acquired.slot,
        state: acquired.block,
        prefilled: 0,
        tokenIds: [],
        logprobs: [],
        topLogprobs: [],
        logits: [],
        promptLogits: [],
        forcedStart: null,
      });
    }
    running.sort((a, b) => a.slot - b.slot);
  }

  /** One forward step over all running requests. */
  private step(running: readonly Running[]): void {
    const sequences: StepSequence[] = [];
    const tokens: number[] = [];
    for (const r of running) {
      const { prompt } = r.request;
      const prefilling = r.prefilled < prompt.length;
      const chunk = prefilling
        ? prompt.subarray(r.prefilled, r.prefilled + this.options.chunkSize)
        : [r.tokenIds[r.tokenIds.length - 1]];
      if (prefilling && r.prefilled > 0) this.counters.laterChunks++;
      sequences.push({
        request: r.request.id,
        state: r.state,
        start: r.state.length,
        from: tokens.length,
        count: chunk.length,
        decode: !prefilling,
      });
      tokens.push(...chunk);
    }
    this.counters.steps++;
    this.counters.maxActiveRows = Math.max(this.counters.maxActiveRows, running.length);
    const streams = this.model.forward({ tokenIds: Int32Array.from(tokens), sequences }, null);
    this.readLogits(running, sequences, streams);
  }

  /** Heads only where somebody needs them: all rows of a scored prompt, else the last row. */
  private readLogits(running: readonly Running[], sequences: readonly StepSequence[], streams: Float32Array): void {
    const { hcMult, hiddenSize, vocabSize } = this.model.config;
    const width = hcMult * hiddenSize;
    const needed = running.map((r, i) => this.rowsNeeded(r, sequences[i]));
    const rows = needed.reduce((sum, n) => sum + n, 0);
    for (const [i, r] of running.entries()) if (!sequences[i].decode) r.prefilled += sequences[i].count;
    if (rows === 0) return;
    const gathered = new Float32Array(rows * width);
    let to = 0;
    needed.forEach((n, i) => {
      const end = sequences[i].from + sequences[i].count;
      gathered.set(streams.subarray((end - n) * width, end * width), to * width);
      to += n;
    });
    const logits = this.model.head(gathered, rows);
    let from = 0;
    running.forEach((r, i) => {
      const n = needed[i];
      if (n > 0) this.advance(r, sequences[i], logits.subarray(from * vocabSize, (from + n) * vocabSize), n);
      from += n;
    });
  }

  private rowsNeeded(r: Running, s: StepSequence): number {
    if (s.decode || r.request.onPromptLogits !== null) return s.count;
    const after = r.request.prompt.length - (r.prefilled + s.count);
    const scored = Math.min(s.count, Math.max(0, r.request.scoreLastPositions - after));
    return after === 0 ? Math.max(1, scored) : scored;
  }

  /** Takes the logits of a request's last `n` rows of this step. */
  private advance(r: Running, s: StepSequence, logits: Float32Array, n: number): void {
    const { vocabSize } = this.model.config;
    const { request } = r;
    const last = logits.subarray((n - 1) * vocabSize);
    if (s.decode) {
      this.produce(r, last);
      return;
    }
    request.onPromptLogits?.(logits);
    const after = request.prompt.length - r.prefilled;
    const scored = Math.min(n, Math.max(0, request.scoreLastPositions - after));
    if (scored > 0) r.promptLogits.push(logits.slice((n - scored) * vocabSize));
    if (after > 0) return;
    if (request.forced.length > 0) r.forcedStart = { state: copyState(r.state), logits: last.slice() };
    if (request.maxTokens > 0) this.produce(r, last);
  }

  private produce(r: Running, logits: Float32Array): void {
    const token = sampleToken(logits, r.request, r.tokenIds.length);
    r.tokenIds.push(token);
    r.logprobs.push(logits[token] - logSumExp(logits));
    if (r.request.topLogprobs > 0) r.topLogprobs.push(topLogprobs(logits, r.request.topLogprobs));
    if (r.request.keepLogits) r.logits.push(logits.slice());
  }

  private finish(r: Running): BatchResult {
    const { request } = r;
    const forcedLogits = r.forcedStart === null ? null : this.scoreForced(r, r.forcedStart);
    this.pool.release(r.slot);
    const stopped = request.stopTokenIds.includes(r.tokenIds[r.tokenIds.length - 1] ?? -1);
    return {
      id: request.id,
      row: r.slot,
      tokenIds: r.tokenIds,
      finishReason: stopped ? 'stop' : 'length',
      logprobs: r.logprobs,
      topLogprobs: r.topLogprobs,
      logits: request.keepLogits ? joinRows(r.logits) : null,
      promptLogits: request.scoreLastPositions > 0 ? joinRows(r.promptLogits) : null,
      forcedLogits,
    };
  }

  /** Feeds the forced tokens after the prompt: row i predicts forced token i; row 0 is the prompt's own last row. */
  private scoreForced(r: Running, start: { state: StateBlock; logits: Float32Array }): Float32Array {
    const { forced, id } = r.request;
    const rows: Float32Array[] = [start.logits];
    for (let at = 0; at < forced.length - 1; at += this.options.chunkSize) {
      const tokenIds = forced.slice(at, Math.min(at + this.options.chunkSize, forced.length - 1));
      const sequence: StepSequence = {
        request: id,
        state: start.state,
        start: start.state.length,
        from: 0,
        count: tokenIds.length,
        decode: false,
      };
      rows.push(this.model.head(this.model.forward({ tokenIds, sequences: [sequence] }, null), tokenIds.length));
    }
    return joinRows(rows);
  }

  private addStepCounters(before: StepCounters): void {
    const after = this.model.counters;
    for (const key of Object.keys(before) as (keyof StepCounters)[]) {
      if (key === 'maxSplits') this.counters[key] = Math.max(this.counters[key], after[key]);
      else this.counters[key] += after[key] - before[key];
    }
  }
}

function isFinished(r: Running): boolean {
  const { request, tokenIds } = r;
  if (r.prefilled < request.prompt.length) return false;
  return tokenIds.length >= request.maxTokens || request.stopTokenIds.includes(tokenIds[tokenIds.length - 1] ?? -1);
}

function joinRows(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}
