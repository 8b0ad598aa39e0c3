/**
 * Tiers: pages (and state snapshots) move hot (resident) -> warm (host copy) -> cold (disk) and back.
 *
 * An object is readable in exactly one tier; while a copy is on its way it stays readable at its source, and the copy is abandoned
 * when somebody pins the object meanwhile. Pinned objects never move. What cannot be kept anywhere is lost: its owner is told and
 * computes it again. A lossless move must not change a bit of any later logit; a lossy codec says so in its name.
 * Source: specification section 10; the order of copy events is the scheduler's (ordering bugs are the worst class in the field).
 * @module
 */
import type { AuditTable } from '../audit.ts';
import type { HotPage, PagePool } from '../page-pool.ts';
import type { ColdLabel, ColdStore } from './cold-port.ts';
import { coldKeyOf, isCapacityError, labelled, unlabelled } from './tier-object.ts';
import type { Availability, ObjectKind, Pin, Tier, TierCounters, TierObject, TierOptions } from './tier-object.ts';

export class TierManager {
  readonly counters: TierCounters = {
    demotions: 0,
    spills: 0,
    promotions: 0,
    restores: 0,
    evictions: 0,
    lost: 0,
    damaged: 0,
    abandonedCopies: 0,
  };
  private readonly pool: PagePool;
  private readonly options: TierOptions;
  private readonly objects = new Map<string, TierObject>();
  private warmUsed = 0;
  private clock = 0;
  private generations = 0;
  private copies = 0;
  private openCopies = 0;

  constructor(pool: PagePool, options: TierOptions) {
    this.pool = pool;
    this.options = options;
    if (options.cold?.find !== undefined) Object.assign(this.counters, { keptWritten: 0, keptFound: 0 });
  }

  get copiesInFlight(): number {
    return this.openCopies;
  }

  /** Bytes of host copies, copies on their way there included. */
  get warmBytesUsed(): number {
    return this.warmUsed;
  }

  has(id: string): boolean {
    return this.objects.has(id);
  }

  tierOf(id: string): Tier | null {
    return this.objects.get(id)?.tier ?? null;
  }

  /** Bytes of the host copies. */
  warmAreas(): Uint8Array[] {
    return Array.from(this.objects.values()).flatMap(({ warm }) => warm ?? []);
  }

  /** Objects by tier, for accounting. */
  census(): { readonly id: string; readonly tier: Tier; readonly pins: number }[] {
    return Array.from(this.objects.values(), ({ id, tier, pins }) => ({ id, tier, pins }));
  }

  /** A hot slot, if need be by evicting an unpinned page. null = none now (copies may be on their way). */
  allocate(): HotPage | null {
    const page = this.pool.allocate();
    if (page !== null) return page;
    // one page on its way out for each that waits for a slot, and one for this call
    if (this.leavingHot() <= this.waitingForHot()) this.evict('hot');
    return this.pool.allocate();
  }

  /** Takes over a page whose content is complete; the caller holds the first pin. */
  adopt(id: string, tenant: string, page: HotPage, label: ColdLabel | null = null): Pin {
    this.add({ id, kind: 'page', tenant, label, tier: 'hot', page, warm: null, audit: page.audit, pins: 0 });
    return this.pin(id);
  }

  /** Takes an object over that an earlier session has left in the cold store; false when there is none. */
  takeKept(id: string, kind: ObjectKind, tenant: string, label: ColdLabel): boolean {
    // tags of an audit do not outlive their session
    if (this.objects.has(id) || this.pool.audit) return this.objects.has(id);
    const coldGeneration = this.options.cold?.find?.({ id: label.id, kind, tenant }) ?? null;
    if (coldGeneration === null) return false;
    this.add({ id, kind, tenant, label, coldGeneration, tier: 'cold', page: null, warm: null, audit: null, pins: 0 });
    this.counters.keptFound = (this.counters.keptFound ?? 0) + 1;
    return true;
  }

  /** The end of the session: what a later one may look for is written to a cold store that outlives this one; no other keeps anything. */
  close(): void {
    const { cold, codec } = this.options;
    if (cold?.find !== undefined)
      for (const object of Array.from(this.objects.values())) {
        if (object.label === null || object.tier === 'cold' || this.objects.get(object.id) !== object) continue;
        const bytes = object.page === null ? object.warm : codec.encode(object.page.bytes, this.pool.layout);
        if (bytes !== null && this.writeCold(cold, object, bytes))
          this.counters.keptWritten = (this.counters.keptWritten ?? 0) + 1;
      }
    cold?.close();
    for (const object of this.objects.values()) object.warm?.fill(0);
    this.objects.clear();
    this.warmUsed = 0;
  }

  /** Keeps a snapshot as a host copy; false when there is no room. */
  keepState(id: string, tenant: string, bytes: Uint8Array, pins = 0, label: ColdLabel | null = null): boolean {
    return this.keepWarm({ id, kind: 'state', tenant, label, bytes, audit: null, pins });
  }

  /** Keeps a page as a host copy of its own (a preempted request's unfinished page), pinned; false when there is no room. */
  keepPage(id: string, tenant: string, page: HotPage): boolean {
    const bytes = this.options.codec.encode(page.bytes, this.pool.layout);
    return (
      this.options.codec.lossless &&
      this.keepWarm({ id, kind: 'page', tenant, label: null, bytes, audit: page.audit, pins: 1 })
    );
  }

  private keepWarm(kept: {
    id: string;
    kind: ObjectKind;
    tenant: string;
    label: ColdLabel | null;
    bytes: Uint8Array;
    audit: AuditTable | null;
    pins: number;
  }): boolean {
    const { bytes, ...rest } = kept;
    if (this.makeWarmRoom(bytes.length) !== 'room') return false;
    this.warmUsed += bytes.length;
    this.add({ ...rest, tier: 'warm', page: null, warm: bytes.slice() });
    return true;
  }

  private add(
    o: Pick<TierObject, 'id' | 'kind' | 'tenant' | 'label' | 'tier' | 'page' | 'warm' | 'audit' | 'pins'> &
      Partial<Pick<TierObject, 'coldGeneration'>>,
  ): void {
    if (this.objects.has(o.id)) throw new Error(`invariant: object ${o.id} is already kept`);
    const now = ++this.clock;
    const generation = ++this.generations;
    this.objects.set(o.id, {
      coldGeneration: generation,
      ...o,
      generation,
      moving: false,
      lastUse: now,
      uses: 1,
      born: now,
      wanted: false,
    });
  }

  /** Keeps an object where it is readable until `unpin`. */
  pin(id: string): Pin {
    const object = this.require(id);
    object.pins++;
    return { id, generation: object.generation };
  }

  /** Ends a pin. An object that was lost meanwhile (and perhaps made again) is not touched. */
  unpin(pin: Pin): void {
    const object = this.objects.get(pin.id);
    if (object?.generation !== pin.generation) return;
    if (object.pins === 0) throw new Error(`invariant: object ${pin.id} is not pinned`);
    object.pins--;
    if (object.pins === 0) object.wanted = false;
  }

  /** Whether the object that was pinned is still kept. */
  holds(pin: Pin): boolean {
    return this.objects.get(pin.id)?.generation === pin.generation;
  }

  /** Counts a use, for the eviction policies. */
  touch(id: string): void {
    const object = this.require(id);
    object.lastUse = ++this.clock;
    object.uses++;
  }

  /** Starts what is needed to make a page readable. Pin it first, or it may leave again. */
  want(id: string): Availability {
    const object = this.objects.get(id);
    if (object === undefined) return 'lost';
    if (this.isUp(object)) return 'hot';
    object.wanted = true;
    if (!object.moving) this.bringUp(object);
    return this.objects.has(id) ? (this.isUp(object) ? 'hot' : 'coming') : 'lost';
  }

  /** The hot page of an object; null when it is not hot. */
  page(id: string): HotPage | null {
    return this.objects.get(id)?.page ?? null;
  }

  /** The bytes of a snapshot that is readable; null otherwise. */
  state(id: string): Uint8Array | null {
    const object = this.objects.get(id);
    return object?.kind === 'state' ? object.warm : null;
  }

  /** Gives a hot page back to its owner alone: the manager forgets it, the slot stays taken. */
  detach(id: string): HotPage {
    const object = this.require(id);
    if (object.page === null || object.moving)
      throw new Error(`invariant: object ${id} is not at rest in the hot tier`);
    this.objects.delete(id);
    return object.page;
  }

  /** Forgets an object; its owner asked for it. */
  drop(id: string): void {
    const object = this.objects.get(id);
    if (object !== undefined) this.remove(object);
  }

  private isUp(object: TierObject): boolean {
    return object.kind === 'state' ? object.tier === 'warm' : object.tier === 'hot';
  }

  private require(id: string): TierObject {
    const object = this.objects.get(id);
    if (object === undefined) throw new Error(`invariant: object ${id} is not kept`);
    return object;
  }

  private waitingForHot(): number {
    let waiting = 0;
    for (const o of this.objects.values())
      if (o.wanted && !o.moving && o.kind === 'page' && o.tier !== 'hot') waiting++;
    return waiting;
  }

  private leavingHot(): number {
    let leaving = 0;
    for (const o of this.objects.values()) if (o.tier === 'hot' && o.moving && o.pins === 0) leaving++;
    return leaving;
  }

  /** Makes one object leave a tier, or start to; false when none may go now. */
  private evict(tier: Tier): boolean {
    const inTier = Array.from(this.objects.values()).filter((o) => o.tier === tier);
    const victim = this.options.policy.victim(inTier);
    if (victim === null) return false;
    const object = this.require(victim.id);
    const leaving = tier === 'hot' ? this.demote(object) : this.spill(object);
    if (leaving) this.counters.evictions++;
    return leaving;
  }

  /** Hot to warm, or away when the warm tier can never hold it; false when it must wait for room there. */
  private demote(object: TierObject): boolean {
    const { codec, policy } = this.options;
    const bytes = codec.encode(object.page!.bytes, this.pool.layout).length;
    const room = this.makeWarmRoom(bytes);
    if (room === 'later') return false;
    if (room === 'none') {
      this.lose(object, 'no room in the warm tier');
      return true;
    }
    this.warmUsed += bytes;
    this.copy(object, 'hot->warm', {
      read: () => codec.encode(object.page!.bytes, this.pool.layout),
      finish: (encoded) => {
        if (encoded === null || !this.objects.has(object.id) || !policy.mayLeave(object)) {
          this.warmUsed -= bytes;
          this.counters.abandonedCopies++;
          return;
        }
        this.pool.release(object.page!);
        object.page = null;
        object.warm = encoded;
        object.tier = 'warm';
        this.counters.demotions++;
      },
    });
    return true;
  }

  /** Warm to cold, or away. Only objects that nobody waits for. */
  private spill(object: TierObject): boolean {
    const { cold, policy } = this.options;
    if (cold === null) {
      this.lose(object, 'no cold tier');
      return true;
    }
    this.copy(object, 'warm->cold', {
      read: () => object.warm,
      finish: (bytes) => {
        if (bytes === null || !this.objects.has(object.id) || object.wanted || !policy.mayLeave(object)) {
          this.counters.abandonedCopies++;
          return;
        }
        if (!this.writeCold(cold, object, bytes)) {
          this.lose(object, 'no room in the cold tier');
          return;
        }
        this.releaseWarm(object);
        object.tier = 'cold';
        this.counters.spills++;
      },
    });
    return true;
  }

  /** Writes, evicting older cold objects while the store is full. */
  private writeCold(cold: ColdStore, object: TierObject, bytes: Uint8Array): boolean {
    for (;;) {
      try {
        cold.write(coldKeyOf(object), labelled(object, bytes));
        return true;
      } catch (error) {
        if (!isCapacityError(error)) throw error;
        const old = this.options.policy.victim(Array.from(this.objects.values()).filter((o) => o.tier === 'cold'));
        if (old === null) return false;
        this.counters.evictions++;
        this.lose(this.require(old.id), 'evicted from the cold tier');
      }
    }
  }

  /** Evicts from the warm tier until `bytes` fit. `later` = objects are leaving and there will be room. */
  private makeWarmRoom(bytes: number): 'room' | 'later' | 'none' {
    const { warmBytes } = this.options;
    if (bytes > warmBytes) return 'none';
    while (this.warmUsed + bytes > warmBytes) {
      const leaving = this.leavingWarmBytes();
      if (leaving > 0 && this.warmUsed - leaving + bytes <= warmBytes) return 'later';
      if (!this.evict('warm')) return leaving > 0 ? 'later' : 'none';
    }
    return 'room';
  }

  private leavingWarmBytes(): number {
    let bytes = 0;
    for (const o of this.objects.values())
      if (o.tier === 'warm' && o.moving && o.pins === 0) bytes += o.warm?.length ?? 0;
    return bytes;
  }

  private bringUp(object: TierObject): void {
    if (object.kind === 'state') {
      if (object.tier === 'cold') this.restoreState(object);
      return;
    }
    const page = this.allocate();
    if (page === null) return;
    const { codec } = this.options;
    const from = object.tier;
    this.copy(object, `${from}->hot`, {
      read: () => this.readBelow(object),
      finish: (encoded) => {
        if (encoded === null || !this.objects.has(object.id)) {
          this.pool.release(page);
          if (this.objects.has(object.id)) this.lose(object, 'unreadable');
          return;
        }
        page.bytes.set(codec.decode(encoded, this.pool.layout));
        this.leaveBelow(object);
        if (object.audit !== null && page.audit !== null)
          page.audit.takeOver(object.audit, codec.lossless ? null : page, this.pool.layout);
        object.page = page;
        object.audit = page.audit;
        object.tier = 'hot';
        object.wanted = false;
        this.counters.promotions++;
      },
    });
  }

  private restoreState(object: TierObject): void {
    this.copy(object, 'cold->warm', {
      read: () => this.readBelow(object),
      finish: (bytes) => {
        if (!this.objects.has(object.id)) return;
        if (bytes === null || this.makeWarmRoom(bytes.length) !== 'room') {
          this.lose(object, 'unreadable or no room');
          return;
        }
        this.leaveBelow(object);
        this.warmUsed += bytes.length;
        object.warm = bytes;
        object.tier = 'warm';
        this.counters.restores++;
      },
    });
  }

  private readBelow(object: TierObject): Uint8Array | null {
    if (object.tier === 'warm') return object.warm;
    const read = this.options.cold?.read(coldKeyOf(object));
    if (read === undefined || read.kind === 'missing') return null;
    const bytes = read.kind === 'bytes' ? unlabelled(object, read.bytes) : null;
    if (bytes === null) {
      this.counters.damaged++;
      this.log('damaged', object, { why: read.kind === 'damaged' ? read.why : 'of other tokens' });
    }
    return bytes;
  }

  private leaveBelow(object: TierObject): void {
    if (object.tier === 'warm') this.releaseWarm(object);
    else this.options.cold?.remove(coldKeyOf(object));
  }

  private releaseWarm(object: TierObject): void {
    this.warmUsed -= object.warm?.length ?? 0;
    object.warm = null;
  }

  private copy(
    object: TierObject,
    way: string,
    job: { read: () => Uint8Array | null; finish: (bytes: Uint8Array | null) => void },
  ): void {
    const copy = ++this.copies;
    const label = `${object.kind} ${object.id.slice(0, 8)} ${way}`;
    object.moving = true;
    this.openCopies++;
    this.log('copy-start', object, { copy, way });
    this.options.transport.begin(
      {
        copy,
        label,
        read: () => (this.objects.get(object.id) === object ? job.read() : null),
        finish: (bytes) => {
          this.openCopies--;
          object.moving = false;
          job.finish(bytes);
          this.log('copy-end', object, { copy, way });
        },
      },
      this.options.scheduler,
    );
  }

  private lose(object: TierObject, why: string): void {
    this.counters.lost++;
    this.log('lost', object, { why });
    this.remove(object);
    this.options.onLost(object.id);
  }

  private remove(object: TierObject): void {
    this.objects.delete(object.id);
    if (object.page !== null) this.pool.release(object.page);
    object.page = null;
    if (object.tier === 'warm') this.releaseWarm(object);
    if (object.tier === 'cold') this.options.cold?.remove(coldKeyOf(object));
  }

  private log(kind: string, object: TierObject, detail: Record<string, string | number>): void {
    this.options.events?.({ kind, subject: object.id, detail: { object: object.kind, ...detail } });
  }
}
