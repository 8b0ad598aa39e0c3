/**
 * The p-value of a statistic among its permutations: p = (1 + #{permuted >= observed}) / (1 + B).
 *
 * The observed arrangement is one of those that H0 allows, hence the +1: without it a test at .01 rejects more often than once in a
 * hundred. B must be at least 20 ceil(1/alpha), or alpha cannot be reached with any power.
 * Source: leakage-and-statistics.md trap 4 and 6.6; golden: model_equality.json.
 * @module
 */

/** Rounding must not break a tie with the observed statistic: relative to the largest of them. */
const TIE = 1e-12;

/** @throws RangeError when there are no permutations, or a statistic is NaN */
export function permutationPValue(observed: number, permuted: ArrayLike<number>): number {
  if (permuted.length === 0) throw new RangeError('permutationPValue: expected permutations, got none');
  let scale = Math.abs(observed);
  for (let i = 0; i < permuted.length; i++) scale = Math.max(scale, Math.abs(permuted[i]));
  if (Number.isNaN(scale)) throw new RangeError('permutationPValue: expected statistics, got NaN');
  let extreme = 0;
  for (let i = 0; i < permuted.length; i++) if (permuted[i] >= observed - TIE * scale) extreme++;
  return (1 + extreme) / (1 + permuted.length);
}

/** The smallest number of permutations that a test at this level needs. */
export const permutationsNeeded = (alpha: number): number => 20 * Math.ceil(1 / alpha);

/**
 * Permutations of the pooled samples that exchange labels within a stratum (prompt) only.
 *
 * @param strata - stratum of each element of the pooled sample
 * @param next - uniform in [0, 1)
 * @returns row-major [replicates, strata.length]: position i takes the element with this index
 */
export function stratifiedPermutations({
  strata,
  replicates,
  next,
}: {
  strata: readonly number[];
  replicates: number;
  next: () => number;
}): Uint32Array {
  const members = new Map<number, number[]>();
  strata.forEach((stratum, i) => {
    const known = members.get(stratum);
    if (known === undefined) members.set(stratum, [i]);
    else known.push(i);
  });
  const permutations = new Uint32Array(replicates * strata.length);
  for (let row = 0; row < replicates; row++) {
    for (const positions of members.values()) {
      const shuffled = [...positions];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const other = Math.min(i, Math.floor(next() * (i + 1)));
        [shuffled[i], shuffled[other]] = [shuffled[other], shuffled[i]];
      }
      positions.forEach((position, i) => (permutations[row * strata.length + position] = shuffled[i]));
    }
  }
  return permutations;
}
