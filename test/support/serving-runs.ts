/**
 * Runs of the reference engine for tests of the serving path: one small checkpoint, prompts of any length, logits as bits.
 * @module
 */
import { buildCheckpoint, createEngine } from '../../engine/index.ts';
import type { BatchRequest, BatchResult, EngineOptions, Session } from '../../engine/index.ts';

export const servingCheckpoint = buildCheckpoint({ preset: 'v4-tiny', seed: 'serving' });

/** Token ids that differ between seeds from the first token on. */
export const promptOf = (seed: number, length: number): number[] =>
  Array.from({ length }, (_, i) => (seed * 31 + i * 17 + ((i * i) % 11)) % 256);

export const requestOf = (
  id: string,
  seed: number,
  length: number,
  change: Partial<BatchRequest> = {},
): BatchRequest => ({ id, tokenIds: promptOf(seed, length), maxTokens: 5, keepLogits: true, ...change });

export function openSession(options: EngineOptions = {}): Session {
  return createEngine(servingCheckpoint, options).openSession();
}

/** The result of one request of a run. */
export function resultOf(results: readonly BatchResult[], id: string): BatchResult {
  const found = results.find((r) => r.id === id);
  if (found === undefined) throw new Error(`no result of ${id}`);
  return found;
}

/** The bytes of a result's logits as text: equal if and only if every bit is. */
export const bitsOf = (result: BatchResult): string =>
  `${result.tokenIds.join(',')} ${Buffer.from(new Uint8Array(result.logits!.buffer, result.logits!.byteOffset, result.logits!.byteLength)).toString('base64')}`;

/** Bits of one request alone in a fresh session. */
export const aloneBits = (request: BatchRequest, options: EngineOptions = {}): string =>
  bitsOf(openSession(options).run([request])[0]);
