/**
 * Shards: which units of a plan which machine runs. A function of the plan, the number of shards and the rule: no machine asks another.
 *
 * `hash` is rendezvous hashing: each unit goes to the shard that gives its id the largest weight. Adding a unit moves no other unit, and
 * one more shard takes units from the others without moving any between them. `cost` gives the dearest units out first, each to the shard
 * with the least work so far: shorter runs, and any change of the plan may move any unit.
 * @module
 */
import type { Shard, Unit } from '../schema/index.ts';

/** The 1-based shard of each unit, in plan order. */
export function assignShards(
  units: readonly Pick<Unit, 'id' | 'cost'>[],
  { of, by }: Pick<Shard, 'of' | 'by'>,
): number[] {
  if (!Number.isInteger(of) || of < 1)
    throw new RangeError(`assignShards: expected a number of shards >= 1, got ${of}`);
  return by === 'hash' ? units.map(({ id }) => heaviestShard(id, of)) : leastLoadedShards(units, of);
}

/** The units of one shard, in plan order. */
export function unitsOfShard<U extends Pick<Unit, 'id' | 'cost'>>(units: readonly U[], shard: Shard): U[] {
  const shards = assignShards(units, shard);
  return units.filter((_, position) => shards[position] === shard.index);
}

function heaviestShard(unitId: string, of: number): number {
  // An id is `u-` and 16 digits of a SHA-256: spread evenly as it is.
  const high = Number.parseInt(unitId.slice(2, 10), 16);
  const low = Number.parseInt(unitId.slice(10, 18), 16);
  let best = 1;
  let heaviest = -1;
  for (let shard = 1; shard <= of; shard++) {
    const weight = spread(high ^ spread(low ^ Math.imul(shard, 0x9e3779b1))) >>> 0;
    // The lower shard wins a tie.
    if (weight > heaviest) [best, heaviest] = [shard, weight];
  }
  return best;
}

/** murmur3's finaliser. */
function spread(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Longest processing time first: at most 4/3 of the best possible longest shard (Graham 1969). */
function leastLoadedShards(units: readonly Pick<Unit, 'id' | 'cost'>[], of: number): number[] {
  const order = units
    .map((unit, position) => ({ unit, position }))
    .sort((a, b) => costOf(b.unit) - costOf(a.unit) || (a.unit.id < b.unit.id ? -1 : 1));
  const loads = new Float64Array(of);
  const shards: number[] = new Array<number>(units.length).fill(0);
  for (const { unit, position } of order) {
    let least = 0;
    for (let shard = 1; shard < of; shard++) if (loads[shard] < loads[least]) least = shard;
    loads[least] += costOf(unit);
    shards[position] = least + 1;
  }
  return shards;
}

/** A unit without tokens still takes a while. */
const costOf = ({ cost }: Pick<Unit, 'cost'>): number => Math.max(1, cost.tokens);
