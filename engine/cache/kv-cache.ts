/**
 * The cache of a serving session: state slots, pages, tiers and prefix reuse behind one door.
 *
 * A request opens a lease (looks its prefix up, pins what it found), waits until the pages are resident, installs them in its state,
 * asks for pages as it grows, and gives complete blocks to the prefix index as they come. Everything it holds is pinned; everything
 * else may leave. Source: specification sections 10.1 to 10.5.
 * @module
 */
import type { RecordMemory } from '../kernels/index.ts';
import type { EventSink } from '../trace/index.ts';
import type { RecordTag } from './audit.ts';
import type { PageLayout } from './page-layout.ts';
import type { HotPage } from './page-pool.ts';
import { PagePool } from './page-pool.ts';
import { PrefixIndex } from './prefix/prefix-index.ts';
import type { PrefixBlock, PrefixCounters } from './prefix/prefix-index.ts';
import type { PrefixDomain, PrefixKey } from './prefix/prefix-key.ts';
import type { ReplayGeometry, RestoreStart, WindowPolicy } from './prefix/window-policy.ts';
import { ensurePages, setEntryCounts } from './state-block.ts';
import type { StateBlock } from './state-block.ts';
import { restoreState, saveState } from './state-snapshot.ts';
import { TierManager } from './tiers/tier-manager.ts';
import type { Pin, TierCounters, TierOptions } from './tiers/tier-object.ts';
import type { ColdLabel } from './tiers/cold-port.ts';

export interface KvCacheOptions {
  readonly layout: PageLayout;
  /** Capacity of the hot tier, in pages. */
  readonly hotPages: number;
  readonly audit: boolean;
  readonly prefixCache: boolean;
  readonly prefixKey: PrefixKey;
  /** Ids in a cold store that outlives the session; null = those of `prefixKey`. */
  readonly coldPrefixKey?: PrefixKey | null;
  readonly windowPolicy: WindowPolicy;
  readonly geometry: ReplayGeometry;
  readonly tiers: Omit<TierOptions, 'onLost' | 'events'>;
  /** When a page may be given to the prefix index. */
  readonly pageReady: PageReady;
  readonly events: EventSink | null;
  /** Where hot pages and window rings lie; ordinary arrays by default. */
  readonly memory?: RecordMemory;
}

/** A part: a page is ready when all its tokens are computed. */
export type PageReady = (tokensInPage: number, pageTokens: number) => boolean;
export const completePage: PageReady = (tokens, pageTokens) => tokens === pageTokens;

export interface KvCacheCounters extends TierCounters, PrefixCounters {
  /** Tokens of prompts that were not computed, and tokens of a hit that were computed again. */
  reusedTokens: number;
  replayedTokens: number;
  /** Complete blocks given to the index. */
  publishedBlocks: number;
  stateSaves: number;
}

/** Memory that a session holds, as it lies there. */
export interface MemoryArea {
  readonly tier: 'hot' | 'warm' | 'index' | 'state';
  readonly bytes: Uint8Array;
}

/** Ids of snapshots are the ids of their block with this behind. */
const STATE_SUFFIX = '00';

interface Suspension {
  readonly pages: readonly string[];
  readonly state: string;
  readonly length: number;
  readonly windowStart: number;
}

/** What a request holds of the cache. */
export class Lease {
  readonly domain: PrefixDomain;
  readonly tenant: string;
  /** Blocks found in the index and pinned. */
  blocks: PrefixBlock[] = [];
  /** By block number: the pin of a shared page; null = a page of its own. */
  pinned: (Pin | null)[] = [];
  /** Key of each complete block so far. */
  keys: string[] = [];
  coldKeys: string[] = [];
  pinnedState: Pin | null = null;
  /** A preempted request's own pages and state, by id. */
  suspended: Suspension | null = null;
  /** From this length on the state has the bits of an unrestored request; before it, a replay is under way. */
  exactFrom = 0;

  constructor(domain: PrefixDomain, tenant: string) {
    this.domain = domain;
    this.tenant = tenant;
  }
}

export class KvCache {
  readonly pool: PagePool;
  readonly tiers: TierManager;
  readonly index: PrefixIndex;
  private readonly options: KvCacheOptions;
  private readonly own = { reusedTokens: 0, replayedTokens: 0, publishedBlocks: 0, stateSaves: 0 };
  private suspensions = 0;

  constructor(options: KvCacheOptions) {
    this.options = options;
    this.pool = new PagePool(options.layout, options.hotPages, options.audit, options.memory);
    this.index = new PrefixIndex(options.layout.pageTokens, options.prefixKey);
    this.tiers = new TierManager(this.pool, {
      ...options.tiers,
      events: options.events,
      onLost: (id) => this.index.remove(id),
    });
  }

  /**
   * Ends the cache: what outlives it goes to the cold store, everything else is wiped and its memory given back. Nothing of it may be used
   * afterwards.
   */
  end(): void {
    if (this.pool.closed) return;
    this.tiers.close();
    this.index.close();
    this.pool.close();
  }

  /** Everything in memory that holds a part of a request, free pages included; wiped by `end`. */
  areas(): MemoryArea[] {
    const of = (tier: MemoryArea['tier'], all: readonly Uint8Array[]): MemoryArea[] =>
      all.map((bytes) => ({ tier, bytes }));
    return [...of('hot', this.pool.areas()), ...of('warm', this.tiers.warmAreas()), ...of('index', this.index.areas())];
  }

  get pageTokens(): number {
    return this.options.layout.pageTokens;
  }

  counters(): KvCacheCounters {
    return { ...this.tiers.counters, ...this.index.counters, ...this.own };
  }

  pagesFor(tokens: number): number {
    return Math.ceil(tokens / this.pageTokens);
  }

  /** Looks a prompt up and pins what is found. @param limit - tokens that may come from the cache */
  open(tokenIds: Int32Array, domain: PrefixDomain, tenant: string, limit: number): Lease {
    const lease = new Lease(domain, tenant);
    this.lookUp(lease, tokenIds, limit);
    return lease;
  }

  private lookUp(lease: Lease, tokenIds: Int32Array, limit: number): void {
    if (!this.options.prefixCache) return;
    if (this.keeps) this.findKept(lease, tokenIds, limit);
    lease.blocks = this.index.find(tokenIds, lease.domain, limit);
    lease.pinned = lease.blocks.map(({ key }) => this.tiers.pin(key));
    if (lease.blocks.length > 0) this.log('prefix-hit', lease.tenant, { blocks: lease.blocks.length });
  }

  /** Whether blocks can be found that this session has not computed. */
  private get keeps(): boolean {
    return this.options.tiers.cold?.find !== undefined;
  }

  /** Gives the index what earlier sessions have left of a prompt. */
  private findKept({ domain, tenant }: Lease, tokenIds: Int32Array, limit: number): void {
    let parent = '';
    let coldParent = '';
    for (let end = this.pageTokens; end <= limit; end += this.pageTokens) {
      const tokens = tokenIds.slice(end - this.pageTokens, end);
      const key = this.index.keyOf(parent, tokens, domain);
      const label = this.labelOf(key, coldParent, tokens, domain);
      if (!this.index.has(key)) {
        if (!this.tiers.takeKept(key, 'page', tenant, label)) return;
        this.index.add({ key, parent, coldKey: label.id, tokenIds: tokens, end });
      }
      this.tiers.takeKept(key + STATE_SUFFIX, 'state', tenant, stateLabel(label));
      parent = key;
      coldParent = label.id;
    }
  }

  private labelOf(key: string, coldParent: string, tokenIds: Int32Array, domain: PrefixDomain): ColdLabel {
    const { coldPrefixKey = null } = this.options;
    return { id: coldPrefixKey?.keyOf(coldParent, tokenIds, domain) ?? key, tokens: tokenBytes(tokenIds) };
  }

  /** Starts moving a prefix towards the hot tier before its request runs. */
  prefetch(tokenIds: Int32Array, domain: PrefixDomain, limit: number): void {
    if (!this.options.prefixCache) return;
    for (const { key } of this.index.peek(tokenIds, domain, limit)) this.tiers.want(key);
  }

  /** Pins the cached blocks of a prompt, so that they stay until `unpinPrefix`. Returns one pin per block. */
  pinPrefix(tokenIds: Int32Array, domain: PrefixDomain): Pin[] {
    return this.index.peek(tokenIds, domain, tokenIds.length).map(({ key }) => this.tiers.pin(key));
  }

  unpinPrefix(pins: readonly Pin[]): void {
    for (const pin of pins) this.tiers.unpin(pin);
  }

  /** Brings everything of a lease up; true when it can be installed. What got lost meanwhile shortens the hit. */
  poll(lease: Lease): boolean {
    if (lease.suspended !== null && !this.pollSuspended(lease)) return false;
    if (lease.suspended !== null) return true;
    let ready = true;
    for (let i = 0; i < lease.blocks.length; i++) {
      const pin = lease.pinned[i];
      const availability = pin !== null && this.tiers.holds(pin) ? this.tiers.want(pin.id) : 'lost';
      if (availability === 'lost') {
        this.shorten(lease, i);
        break;
      }
      if (availability === 'coming') ready = false;
    }
    if (!ready) return false;
    const { snapshotAt } = this.restoreStart(lease);
    if (snapshotAt === null) return true;
    const id = this.stateIdAt(lease, snapshotAt);
    if (lease.pinnedState?.id !== id) {
      this.unpinState(lease);
      lease.pinnedState = this.tiers.pin(id);
    }
    const availability = this.tiers.want(id);
    if (availability === 'lost') {
      lease.pinnedState = null;
      return this.poll(lease);
    }
    return availability === 'hot';
  }

  private stateIdAt(lease: Lease, position: number): string {
    return lease.blocks[position / this.pageTokens - 1].key + STATE_SUFFIX;
  }

  private restoreStart(lease: Lease): RestoreStart {
    const hit = lease.blocks.length * this.pageTokens;
    if (hit === 0) return { snapshotAt: null, from: 0 };
    const snapshots = lease.blocks.filter(({ key }) => this.tiers.has(key + STATE_SUFFIX)).map(({ end }) => end);
    return this.options.windowPolicy.start(hit, snapshots, this.options.geometry);
  }

  private shorten(lease: Lease, blocks: number): void {
    for (const pin of lease.pinned.slice(blocks)) if (pin !== null) this.tiers.unpin(pin);
    lease.blocks = lease.blocks.slice(0, blocks);
    lease.pinned.length = blocks;
  }

  /**
   * Puts the cached prefix into a fresh state.
   *
   * @returns the first position that is still to be computed
   */
  install(lease: Lease, state: StateBlock, tokenIds: Int32Array): number {
    if (lease.suspended !== null) return this.resume(lease, state, tokenIds);
    const hit = lease.blocks.length * this.pageTokens;
    const { snapshotAt, from } = this.restoreStart(lease);
    lease.keys = lease.blocks.map(({ key }) => key);
    lease.coldKeys = lease.blocks.map(({ coldKey }) => coldKey);
    for (const { key } of lease.blocks) {
      this.tiers.touch(key);
      state.pages.push(this.hotPage(key));
    }
    this.restore(
      state,
      tokenIds,
      from,
      snapshotAt === null ? null : this.tiers.state(this.stateIdAt(lease, snapshotAt)),
    );
    setEntryCounts(state, hit);
    lease.exactFrom = state.windowStart === 0 ? 0 : hit;
    this.unpinState(lease);
    this.own.reusedTokens += from;
    this.own.replayedTokens += hit - from;
    if (hit > 0) this.log('restore', lease.tenant, { hit, from, policy: this.options.windowPolicy.name });
    return from;
  }

  private hotPage(id: string): HotPage {
    const page = this.tiers.page(id);
    if (page === null) throw new Error(`invariant: page ${id} is not resident`);
    return page;
  }

  private restore(state: StateBlock, tokenIds: Int32Array, from: number, snapshot: Uint8Array | null): void {
    if (state.tokenHashes !== null) for (let i = 0; i < from; i++) state.tokenHashes.push(tokenIds[i]);
    if (snapshot !== null) {
      const tagOf = (position: number): RecordTag => ({
        writer: 'snapshot',
        position,
        tokenHash: state.tokenHashes?.at(position) ?? 0,
      });
      restoreState(state, snapshot, from, tagOf);
      return;
    }
    state.length = from;
    state.windowStart = from;
    state.memory?.seed(tokenIds.subarray(0, from));
  }

  /** Pages for the first `tokens` tokens; false when the hot tier has none now. */
  ensure(lease: Lease, state: StateBlock, tokens: number): boolean {
    return ensurePages(state, this.pageTokens, tokens, () => {
      const page = this.tiers.allocate();
      if (page !== null) lease.pinned.push(null);
      return page;
    });
  }

  /** The next position at which a step must end, because a snapshot is due there. */
  nextStop(length: number): number {
    if (!this.options.prefixCache) return Number.POSITIVE_INFINITY;
    let stop = (Math.floor(length / this.pageTokens) + 1) * this.pageTokens;
    for (let i = 0; i < MAX_STOP_SEARCH; i++, stop += this.pageTokens)
      if (this.options.windowPolicy.saves(stop)) return stop;
    return Number.POSITIVE_INFINITY;
  }

  /** Gives newly completed blocks to the index, and saves the state where the window policy wants it. */
  publish(lease: Lease, state: StateBlock, tokenIds: ArrayLike<number>): void {
    const { pageTokens } = this;
    if (!this.options.prefixCache) return;
    for (let i = lease.keys.length; i < state.pages.length; i++) {
      const end = (i + 1) * pageTokens;
      if (!this.options.pageReady(Math.min(state.length, end) - i * pageTokens, pageTokens)) break;
      const tokens = Int32Array.from({ length: pageTokens }, (_, t) => tokenIds[i * pageTokens + t]);
      const parent = lease.keys[i - 1] ?? '';
      const key = this.index.keyOf(parent, tokens, lease.domain);
      const label = this.keeps ? this.labelOf(key, lease.coldKeys[i - 1] ?? '', tokens, lease.domain) : null;
      const coldKey = label?.id ?? key;
      lease.keys.push(key);
      lease.coldKeys.push(coldKey);
      if (!this.index.has(key) && !this.tiers.has(key)) {
        lease.pinned[i] = this.tiers.adopt(key, lease.tenant, state.pages[i], label);
        this.index.add({ key, parent, coldKey, tokenIds: tokens, end });
        this.own.publishedBlocks++;
      }
      const stateId = key + STATE_SUFFIX;
      // a snapshot of a replay that has not caught up yet would be inexact for whoever finds it
      if (
        end !== state.length ||
        end < lease.exactFrom ||
        !this.options.windowPolicy.saves(end) ||
        this.tiers.has(stateId)
      )
        continue;
      const stateKept = label === null ? null : stateLabel(label);
      if (this.tiers.keepState(stateId, lease.tenant, saveState(state), 0, stateKept)) this.own.stateSaves++;
    }
  }

  /** Ends a lease: own pages are free again, shared ones may leave the hot tier. */
  close(lease: Lease, state: StateBlock | null): void {
    lease.pinned.forEach((pin, i) => {
      if (pin !== null) this.tiers.unpin(pin);
      else if (state !== null && state.pages[i] !== undefined) this.pool.release(state.pages[i]);
    });
    lease.pinned = [];
    lease.blocks = [];
    this.unpinState(lease);
    this.giveUpSuspension(lease);
    if (state !== null) state.pages.length = 0;
  }

  private unpinState(lease: Lease): void {
    if (lease.pinnedState !== null) this.tiers.unpin(lease.pinnedState);
    lease.pinnedState = null;
  }

  private giveUpSuspension(lease: Lease): void {
    if (lease.suspended === null) return;
    for (const id of [...lease.suspended.pages, lease.suspended.state])
      if (id.startsWith(SUSPENDED)) this.tiers.drop(id);
    lease.suspended = null;
  }

  /**
   * Preemption by moving away: own pages and the state become host copies, shared pages are unpinned.
   *
   * @returns false when the warm tier has no room; nothing is changed then
   */
  suspend(lease: Lease, state: StateBlock): boolean {
    const prefix = `${SUSPENDED}${++this.suspensions}`;
    const stateId = `${prefix}/state`;
    if (!this.tiers.keepState(stateId, lease.tenant, saveState(state), 1)) return false;
    const pages: string[] = [];
    for (const [i, page] of state.pages.entries()) {
      const pin = lease.pinned[i];
      const id = pin?.id ?? `${prefix}/${i}`;
      if (pin === null && !this.tiers.keepPage(id, lease.tenant, page)) {
        for (const kept of [...pages, stateId]) if (kept.startsWith(SUSPENDED)) this.tiers.drop(kept);
        return false;
      }
      pages.push(id);
    }
    const { length, windowStart } = state;
    this.close(lease, state);
    // shared pages: pinned again only when the request comes back
    lease.suspended = { pages, state: stateId, length, windowStart };
    return true;
  }

  /** True when everything of a suspended request is there. If a shared page was lost, the suspension is given up. */
  private pollSuspended(lease: Lease): boolean {
    const { suspended } = lease;
    if (suspended === null) return false;
    if (lease.pinned.length === 0 && suspended.pages.every((id) => this.tiers.has(id)))
      lease.pinned = suspended.pages.map((id) => this.tiers.pin(id));
    const states = lease.pinned.map((pin) =>
      pin !== null && this.tiers.holds(pin) ? this.tiers.want(pin.id) : 'lost',
    );
    if (states.length === suspended.pages.length && !states.includes('lost')) return states.every((s) => s === 'hot');
    this.close(lease, null);
    return true;
  }

  private resume(lease: Lease, state: StateBlock, tokenIds: Int32Array): number {
    const { pages, state: stateId, length, windowStart } = lease.suspended!;
    lease.pinned = lease.pinned.map((pin) => (pin?.id.startsWith(SUSPENDED) === true ? null : pin));
    for (const id of pages) state.pages.push(id.startsWith(SUSPENDED) ? this.tiers.detach(id) : this.hotPage(id));
    const snapshot = this.tiers.state(stateId);
    if (snapshot === null) throw new Error(`invariant: state ${stateId} is not readable`);
    this.restore(state, tokenIds, length, snapshot);
    state.windowStart = windowStart;
    // a replay that was interrupted: entries up to the hit are there and must not be formed again
    setEntryCounts(state, Math.max(length, lease.exactFrom));
    this.tiers.drop(stateId);
    lease.suspended = null;
    return length;
  }

  private log(kind: string, subject: string, detail: Record<string, string | number>): void {
    this.options.events?.({ kind, subject, detail });
  }
}

const stateLabel = ({ id, tokens }: ColdLabel): ColdLabel => ({ id: id + STATE_SUFFIX, tokens });

/** Token ids, 4 bytes each, little-endian. */
function tokenBytes(tokenIds: Int32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(tokenIds.length * 4));
  tokenIds.forEach((id, i) => view.setInt32(i * 4, id, true));
  return new Uint8Array(view.buffer);
}

const SUSPENDED = 'suspended/';
/** A period longer than this many blocks is never met by a step anyway. */
const MAX_STOP_SEARCH = 4096;
