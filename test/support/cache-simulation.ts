/**
 * Requests without a model, for model-based tests of the cache: what a token "computes" is a function of the tokens up to it, so that
 * every record that is read can be compared with what it must be. The plain reference model is the token list itself.
 * @module
 */
import {
  completePage,
  createColdCodec,
  createEvictionPolicy,
  createMemoryColdStore,
  createPageLayout,
  createStateBlock,
  createWindowPolicy,
  KvCache,
  resetState,
  sha256PrefixKey,
  stagedTransport,
} from '../../engine/cache/index.ts';
import type {
  CopyEvent,
  CopyScheduler,
  EvictionPolicy,
  EvictionPolicyName,
  LayerShape,
  Lease,
  StateBlock,
  TierTransport,
  WindowPolicyOption,
} from '../../engine/cache/index.ts';
import { chooseRecords } from '../../engine/formats/index.ts';

const DIM = 4;
const WINDOW = 6;
export const SIM_PAGE_TOKENS = 8;
const SHAPES: readonly LayerShape[] = [
  { ratio: 0, windowSize: WINDOW, headDim: DIM, indexDim: null, draft: false },
  { ratio: 4, windowSize: WINDOW, headDim: DIM, indexDim: DIM, draft: false },
  { ratio: 8, windowSize: WINDOW, headDim: DIM, indexDim: null, draft: false },
];
const RECORDS = chooseRecords('f32', { headDim: DIM, ropeDim: 2, indexHeadDim: DIM });
const LAYOUT = createPageLayout(SHAPES, RECORDS, SIM_PAGE_TOKENS);
const DOMAIN = { adapter: '', memoryVersion: '', engine: 'simulation' };

/** Completes open copy events in an order chosen from outside. */
export class ChosenOrder implements CopyScheduler {
  readonly name = 'chosen';
  private readonly open: (() => void)[] = [];
  private readonly choose: (count: number) => number;

  constructor(choose: (count: number) => number) {
    this.choose = choose;
  }

  start(_event: CopyEvent, complete: () => void): void {
    this.open.push(complete);
  }

  advance(): boolean {
    if (this.open.length > 0) this.open.splice(this.choose(this.open.length), 1)[0]();
    return this.open.length > 0;
  }
}

export interface SimOptions {
  readonly hotPages: number;
  readonly warmBytes: number;
  readonly coldBytes: number;
  readonly eviction: EvictionPolicyName;
  readonly windowPolicy: WindowPolicyOption;
  readonly scheduler: CopyScheduler;
  /** Faulty parts, for positive controls. */
  readonly transport?: TierTransport;
  readonly policy?: EvictionPolicy;
}

/** Bytes of a page, for capacities. */
export const SIM_PAGE_BYTES = LAYOUT.pageBytes;

/** The value of everything that the token at `position` writes. */
function mark(tokens: readonly number[], position: number, what: number): Float32Array {
  let h = what + 1;
  for (let i = 0; i <= position; i++) h = (Math.imul(h ^ tokens[i], 0x01000193) + i) | 0;
  return Float32Array.from({ length: DIM }, (_, d) => ((h >>> (d * 8)) & 255) + d * 256);
}

export class SimRequest {
  readonly tokens: number[];
  readonly tenant: string;
  readonly lease: Lease;
  state: StateBlock | null = null;

  constructor(tokens: readonly number[], tenant: string, lease: Lease) {
    this.tokens = [...tokens];
    this.tenant = tenant;
    this.lease = lease;
  }
}

export class CacheSimulation {
  readonly cache: KvCache;
  readonly requests: SimRequest[] = [];
  private readonly scheduler: CopyScheduler;
  private promoting = 0;
  restores = 0;
  reads = 0;

  constructor(options: SimOptions) {
    this.scheduler = options.scheduler;
    this.cache = new KvCache({
      layout: LAYOUT,
      hotPages: options.hotPages,
      audit: true,
      prefixCache: true,
      prefixKey: sha256PrefixKey,
      windowPolicy: createWindowPolicy(options.windowPolicy, SIM_PAGE_TOKENS),
      geometry: { windowSize: WINDOW, layers: SHAPES.length, blockTokens: SIM_PAGE_TOKENS, memoryLookback: 0 },
      tiers: {
        warmBytes: options.warmBytes,
        cold: options.coldBytes === 0 ? null : createMemoryColdStore(options.coldBytes, 120),
        codec: createColdCodec('lossless'),
        policy: options.policy ?? createEvictionPolicy(options.eviction),
        scheduler: options.scheduler,
        transport: options.transport ?? stagedTransport(),
      },
      pageReady: completePage,
      events: ({ kind, detail }) => {
        const toHot = String(detail['way'] ?? '').endsWith('->hot');
        if (kind === 'copy-start' && toHot) this.promoting++;
        if (kind === 'copy-end' && toHot) this.promoting--;
      },
    });
  }

  admit(tokens: readonly number[], tenant: string): void {
    const domain = { ...DOMAIN, salt: tenant };
    const lease = this.cache.open(Int32Array.from(tokens), domain, tenant, tokens.length - 1);
    this.requests.push(new SimRequest(tokens, tenant, lease));
  }

  /** Installs a request whose prefix is there; true when it runs. */
  poll(r: SimRequest): boolean {
    if (r.state !== null) return true;
    if (!this.cache.poll(r.lease)) return false;
    r.state = createStateBlock({ layers: SHAPES, createMemory: null }, this.cache.pool);
    resetState(r.state);
    const from = this.cache.install(r.lease, r.state, Int32Array.from(r.tokens));
    if (from > 0) this.restores++;
    this.verify(r);
    return true;
  }

  /** Computes up to `count` further tokens; false when there are no pages now. */
  compute(r: SimRequest, count: number): boolean {
    if (!this.poll(r) || r.state === null) return false;
    const { state } = r;
    const end = Math.min(r.tokens.length, state.length + count, this.cache.nextStop(state.length));
    if (!this.cache.ensure(r.lease, state, end)) return false;
    while (state.length < end) this.computeToken(r, state);
    this.cache.publish(r.lease, state, r.tokens);
    this.verify(r);
    return true;
  }

  private computeToken(r: SimRequest, state: StateBlock): void {
    const position = state.length;
    state.tokenHashes!.truncate(position);
    state.tokenHashes!.push(r.tokens[position]);
    const tag = { writer: 'sim', position, tokenHash: state.tokenHashes!.at(position) };
    const computed = (what: number): Float32Array => {
      const values = mark(r.tokens, position, what);
      return isInexact(r, position) ? values.map((v) => v + 0.5) : values;
    };
    state.layers.forEach((layer, n) => {
      const record = LAYOUT.records.window.pack(computed(n));
      layer.ring.keep(position, record, 1, 0, tag, null);
      for (const compressor of [layer.compressor, layer.indexCompressor])
        compressor?.values.set(computed(50 + n), (position % compressor.ratio) * DIM);
      for (const list of [layer.entries, layer.indexEntries]) {
        if (list === null || (position + 1) % list.section.ratio !== 0) continue;
        const first = position + 1 - list.section.ratio;
        const entryTag = { ...tag, position: first };
        list.append(first / list.section.ratio, computed(100 + n), entryTag, null);
      }
    });
    state.length = position + 1;
  }

  /** Reads everything that a request could read and compares it with the model. Audit mode checks owners besides. */
  verify(r: SimRequest): void {
    const { state } = r;
    if (state === null) return;
    const got = new Float32Array(DIM);
    const expect = (want: Float32Array, what: string): void => {
      this.reads++;
      if (want.some((v, d) => v !== got[d]))
        throw new Error(`${what}: expected ${want.join(' ')}, got ${got.join(' ')} (length ${state.length})`);
    };
    const tag = (first: number, last: number) => ({
      writer: 'sim',
      position: first,
      tokenHash: state.tokenHashes!.at(last),
    });
    state.layers.forEach((layer, n) => {
      for (let p = Math.max(state.windowStart, state.length - WINDOW); p < state.length; p++) {
        if (isInexact(r, p)) continue;
        layer.ring.read(p, got, 0, tag(p, p));
        expect(mark(r.tokens, p, n), `layer ${n}, window position ${p}`);
      }
      for (const list of [layer.entries, layer.indexEntries])
        for (let e = 0; list !== null && e < Math.floor(state.length / list.section.ratio); e++) {
          const last = (e + 1) * list.section.ratio - 1;
          list.read(e, got, 0, tag(e * list.section.ratio, last));
          expect(mark(r.tokens, last, 100 + n), `layer ${n}, ${list.section.kind} ${e}`);
        }
    });
  }

  /** Moves a running request away; it comes back by `poll`. */
  suspend(r: SimRequest): boolean {
    if (r.state === null || !this.cache.suspend(r.lease, r.state)) return false;
    r.state = null;
    return true;
  }

  end(r: SimRequest): void {
    this.cache.close(r.lease, r.state);
    r.state = null;
    this.requests.splice(this.requests.indexOf(r), 1);
  }

  advance(): boolean {
    return this.scheduler.advance();
  }

  /** Capacities, accounting and ownership. @throws Error when one does not hold */
  check(options: SimOptions): void {
    const { cache } = this;
    const objects = cache.tiers.census();
    const hot = objects.filter((o) => o.tier === 'hot').length;
    const own = this.requests.reduce(
      (sum, r) => sum + (r.state === null ? 0 : r.state.pages.length - sharedPages(r)),
      0,
    );
    const fail = (what: string): never => {
      throw new Error(`${what}: used ${cache.pool.used}, hot ${hot}, own ${own}, promoting ${this.promoting}`);
    };
    if (cache.pool.used !== hot + own + this.promoting) fail('pages are lost or counted twice');
    if (cache.pool.used > options.hotPages) fail('more hot pages than capacity');
    if (cache.tiers.warmBytesUsed > options.warmBytes) fail('more warm bytes than capacity');
    const slots = this.requests.flatMap((r) => r.state?.pages.filter((_, i) => r.lease.pinned[i] === null) ?? []);
    if (new Set(slots.map((p) => p.slot)).size !== slots.length) fail('two requests own one slot');
    for (const r of this.requests)
      for (const pin of r.state === null ? [] : r.lease.pinned)
        if (pin !== null && cache.tiers.tierOf(pin.id) !== 'hot') fail(`a pinned page left the hot tier`);
  }
}

const sharedPages = (r: SimRequest): number => r.lease.pinned.filter((pin) => pin !== null).length;

/** A replay that began without a window computes wrong numbers until it has caught up. */
const isInexact = ({ state, lease }: SimRequest, position: number): boolean =>
  state !== null && state.windowStart > 0 && position < lease.exactFrom - WINDOW;
