/**
 * Table sizes of the n-gram hash: distinct primes, never used twice in one model.
 * Source: specification section 12.4.
 * @module
 */

/** By trial division: table sizes are below 2^26, so at most 4096 odd divisors. */
function isPrime(n: number): boolean {
  if (n < 2 || n % 2 === 0) return n === 2;
  for (let d = 3; d * d <= n; d += 2) if (n % d === 0) return false;
  return true;
}

/** The smallest prime above `after` that is not in `taken`. */
function nextPrime(after: number, taken: ReadonlySet<number>): number {
  let c = after + 1;
  while (taken.has(c) || !isPrime(c)) c++;
  return c;
}

/**
 * The bucket sizes of every layer.
 *
 * @param vocabSizes - one start per n-gram order, orders ascending
 * @returns [layers][orders][heads]
 */
export function tablePrimes(layers: number, vocabSizes: readonly number[], heads: number): number[][][] {
  const taken = new Set<number>();
  const primesFrom = (start: number): number[] => {
    let c = start - 1;
    return Array.from({ length: heads }, () => {
      c = nextPrime(c, taken);
      taken.add(c);
      return c;
    });
  };
  return Array.from({ length: layers }, () => vocabSizes.map(primesFrom));
}
