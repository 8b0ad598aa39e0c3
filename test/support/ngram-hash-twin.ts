/**
 * The n-gram hash with big integers, word for word as specification section 12.5 has it: slow and obvious.
 * @module
 */
import type { NgramTables } from '../../engine/memory/index.ts';

/** mix_2 .. mix_max of position t, blocked history. */
export function ngramMixes(tables: NgramTables, ids: readonly number[], t: number, padId: number): bigint[] {
  let blocked = false;
  let mix = 0n;
  const mixes: bigint[] = [];
  tables.multipliers.forEach((multiplier, k) => {
    blocked = blocked || t < k || ids[t - k] === -1;
    mix ^= BigInt(blocked ? padId : ids[t - k]) * multiplier;
    if (k > 0) mixes.push(mix);
  });
  return mixes;
}

/** The rows of every column of position t. */
export function ngramRow(tables: NgramTables, ids: readonly number[], t: number, padId: number): number[] {
  const mixes = ngramMixes(tables, ids, t, padId);
  return tables.primes.flatMap((heads, order) =>
    heads.map((prime, head) => Number(mixes[order] % BigInt(prime)) + tables.offsets[order * heads.length + head]),
  );
}
