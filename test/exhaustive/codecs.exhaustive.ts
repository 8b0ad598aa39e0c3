/**
 * Every float32 bit pattern through every encoder: 256 chunk hashes and the total hash of each stream of golden/codecs.
 *
 * EVENKEEL_EXHAUSTIVE=1 runs all 256 chunks; EVENKEEL_EXHAUSTIVE_CHUNKS=n runs the first n of every quarter of the range instead
 * (the total hash then is not checked).
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CHUNK_INPUTS, codeStreams, exhaustiveHashes, streamChunk } from '../support/code-streams.ts';

const CHUNKS = 256;
const perQuarter = Number(process.env['EVENKEEL_EXHAUSTIVE_CHUNKS'] ?? CHUNKS / 4);
const chunks = Array.from({ length: CHUNKS }, (_, chunk) => chunk).filter((chunk) => chunk % (CHUNKS / 4) < perQuarter);
const hashes = exhaustiveHashes();
if (hashes === null) throw new Error('the golden folder has no codecs/exhaustive_sha256.json: nothing to compare with');

describe('all 2^32 inputs', () => {
  it('has an encoder for every stream, so none goes uncovered', () => {
    expect(Object.keys(hashes).filter((name) => !(name in codeStreams))).toEqual([]);
  });

  it.each(Object.entries(hashes))('%s', (name, stream) => {
    const total = createHash('sha256');
    for (const chunk of chunks) {
      const codes = streamChunk(name, chunk);
      total.update(codes);
      const hash = createHash('sha256').update(codes).digest('hex');
      expect(hash, `chunk ${chunk}`).toBe(stream['sha256_chunks_of_2^24_inputs'][chunk]);
    }
    if (chunks.length < CHUNKS) return;
    expect(stream.bytes).toBe(
      stream.bytes === CHUNKS * CHUNK_INPUTS ? CHUNKS * CHUNK_INPUTS : 2 * CHUNKS * CHUNK_INPUTS,
    );
    expect(total.digest('hex')).toBe(stream.sha256_total);
  });
});
