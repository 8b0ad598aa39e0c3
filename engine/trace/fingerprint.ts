/**
 * Fingerprints of ops: for every op, request and position, 128 bits over the bytes of its row. Two runs are compared op by op without
 * keeping a single activation.
 * @module
 */
import { murmur3Hex } from '../formats/index.ts';
import type { TraceEvent, TraceTap } from './tap.ts';

export interface OpFingerprint {
  readonly op: string;
  readonly request: string;
  readonly position: number;
  /** 32 hex digits */
  readonly hash: string;
}

export interface FingerprintTap {
  readonly tap: TraceTap;
  /** In the order of computation; one per op and row. */
  readonly fingerprints: readonly OpFingerprint[];
}

export function createFingerprintTap(): FingerprintTap {
  const fingerprints: OpFingerprint[] = [];
  const tap = ({ op, rows, values }: TraceEvent): void => {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const width = rows.length === 0 ? 0 : bytes.length / rows.length;
    rows.forEach(({ request, position }, r) =>
      fingerprints.push({ op, request, position, hash: murmur3Hex(bytes.subarray(r * width, (r + 1) * width)) }),
    );
  };
  return { tap, fingerprints };
}

/** The first op of `a` whose fingerprint is not in `b` or differs there; null when all are equal. Requests are not compared by name. */
export function firstDifference(
  a: readonly OpFingerprint[],
  b: readonly OpFingerprint[],
): { readonly op: string; readonly position: number } | null {
  const other = new Map(b.map((f) => [`${f.op}@${f.position}`, f.hash]));
  const found = a.find((f) => other.get(`${f.op}@${f.position}`) !== f.hash);
  return found === undefined ? null : { op: found.op, position: found.position };
}
