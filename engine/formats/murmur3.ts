/**
 * MurmurHash3, x86 128-bit variant: a fast fingerprint of bytes. For noticing that bytes differ, never against an adversary
 * (keys of shared caches are SHA-256).
 *
 * Source: Austin Appleby's SMHasher, MurmurHash3_x86_128 (public domain); test vectors in the mirrored test.
 * @module
 */

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

function finish(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The four 32-bit words of the hash of bytes[from .. to). */
export function murmur3Words(
  bytes: Uint8Array,
  seed = 0,
  from = 0,
  to = bytes.length,
): [number, number, number, number] {
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  const length = to - from;
  const word = (at: number): number => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  let at = from;
  for (; at + 16 <= to; at += 16) {
    h1 ^= Math.imul(rotate(Math.imul(word(at), C1), 15), C2);
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(word(at + 4), C2), 16), C3);
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(word(at + 8), C3), 17), C4);
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(word(at + 12), C4), 18), C1);
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  // the tail: up to 15 bytes, as four partial words
  const tail = [0, 0, 0, 0];
  for (let i = 0; at + i < to; i++) tail[i >> 2] |= bytes[at + i] << (8 * (i & 3));
  if (tail[3] !== 0) h4 ^= Math.imul(rotate(Math.imul(tail[3], C4), 18), C1);
  if (tail[2] !== 0) h3 ^= Math.imul(rotate(Math.imul(tail[2], C3), 17), C4);
  if (tail[1] !== 0) h2 ^= Math.imul(rotate(Math.imul(tail[1], C2), 16), C3);
  if (tail[0] !== 0) h1 ^= Math.imul(rotate(Math.imul(tail[0], C1), 15), C2);
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finish(h1);
  h2 = finish(h2);
  h3 = finish(h3);
  h4 = finish(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  return [h1 >>> 0, h2 >>> 0, h3 >>> 0, h4 >>> 0];
}

/** 32 hex digits. */
export function murmur3Hex(bytes: Uint8Array, seed = 0): string {
  return murmur3Words(bytes, seed)
    .map((w) => w.toString(16).padStart(8, '0'))
    .join('');
}
