/**
 * NumPy's `default_rng(seed)`: SeedSequence, PCG64 (XSL-RR 128/64) and bounded 64-bit integers, bit for bit.
 *
 * Engram derives its hash multipliers from it, so it is part of the checkpoint's meaning. Only what that needs is here: raw
 * outputs, `random()` and `integers(0, high)` for high above 2^32 (NumPy takes a 32-bit path below, which is left out).
 * Source: specification section 12.3; golden vectors from NumPy 2.4.6.
 * @module
 */
const MASK_32 = 0xffffffffn;
const MASK_64 = (1n << 64n) - 1n;
const MASK_128 = (1n << 128n) - 1n;
const PCG_MULTIPLIER = (2549297995355413924n << 64n) + 4865540595714422341n;

const POOL_WORDS = 4;
const HASH_A_START = 0x43b0d7e5;
const HASH_A_STEP = 0x931e8875;
const HASH_B_START = 0x8b51f9dd;
const HASH_B_STEP = 0x58f38ded;
const MIX_LEFT = 0xca01f9dd;
const MIX_RIGHT = 0x4973f715;

/** 32-bit words of a seed, lowest first, at least one. */
function entropyWords(seed: bigint): number[] {
  const words: number[] = [];
  for (let rest = seed; rest > 0n; rest >>= 32n) words.push(Number(rest & MASK_32));
  return words.length === 0 ? [0] : words;
}

/** The first `count` 32-bit outputs of NumPy's SeedSequence(seed). */
function seedSequenceWords(seed: bigint, count: number): number[] {
  const entropy = entropyWords(seed);
  let a = HASH_A_START;
  const hashMix = (value: number): number => {
    let v = value ^ a;
    a = Math.imul(a, HASH_A_STEP);
    v = Math.imul(v, a);
    return v ^ (v >>> 16);
  };
  const mix = (x: number, y: number): number => {
    const z = (Math.imul(MIX_LEFT, x) - Math.imul(MIX_RIGHT, y)) | 0;
    return z ^ (z >>> 16);
  };
  const pool = Array.from({ length: POOL_WORDS }, (_, i) => hashMix(entropy[i] ?? 0));
  for (let s = 0; s < POOL_WORDS; s++)
    for (let d = 0; d < POOL_WORDS; d++) if (s !== d) pool[d] = mix(pool[d], hashMix(pool[s]));
  for (const word of entropy.slice(POOL_WORDS))
    for (let d = 0; d < POOL_WORDS; d++) pool[d] = mix(pool[d], hashMix(word));
  let b = HASH_B_START;
  return Array.from({ length: count }, (_, i) => {
    let v = pool[i % POOL_WORDS] ^ b;
    b = Math.imul(b, HASH_B_STEP);
    v = Math.imul(v, b);
    return (v ^ (v >>> 16)) >>> 0;
  });
}

/** NumPy's `default_rng(seed)`. */
export class NumpyRng {
  private state: bigint;
  private readonly increment: bigint;

  /** @param seed - integer, not negative @throws RangeError otherwise */
  constructor(seed: number | bigint) {
    const entropy = BigInt(seed);
    if (entropy < 0n) throw new RangeError(`NumpyRng: expected a seed of 0 or more, got ${seed}`);
    const words = seedSequenceWords(entropy, 8).map(BigInt);
    const [u0, u1, u2, u3] = [0, 2, 4, 6].map((i) => words[i] | (words[i + 1] << 32n));
    this.increment = ((((u2 << 64n) | u3) << 1n) | 1n) & MASK_128;
    this.state = 0n;
    this.step();
    this.state = (this.state + ((u0 << 64n) | u1)) & MASK_128;
    this.step();
  }

  private step(): void {
    this.state = (this.state * PCG_MULTIPLIER + this.increment) & MASK_128;
  }

  /** The next raw output, 0 .. 2^64 - 1. */
  next64(): bigint {
    this.step();
    const folded = (this.state >> 64n) ^ (this.state & MASK_64);
    const turn = this.state >> 122n;
    return ((folded >> turn) | (folded << (64n - turn))) & MASK_64;
  }

  /** A float64 in [0, 1) with 53 random bits. */
  random(): number {
    return Number(this.next64() >> 11n) / 9007199254740992;
  }

  /**
   * A uniform integer in [0, high): Lemire's multiply and reject.
   *
   * @throws RangeError unless 2^32 < high <= 2^63 (NumPy draws smaller ranges in another way)
   */
  integers(high: bigint): bigint {
    if (high <= 1n << 32n || high > 1n << 63n)
      throw new RangeError(`NumpyRng.integers: expected 2^32 < high <= 2^63, got ${high}`);
    const threshold = ((1n << 64n) - high) % high;
    let product = this.next64() * high;
    while ((product & MASK_64) < threshold) product = this.next64() * high;
    return product >> 64n;
  }
}
