/**
 * The prompts of a protocol, made from a seed: random letters of given lengths, so that every seed is another sample.
 * @module
 */
import { createRng } from '../../harness/ports/index.ts';
import type { Case, Rng } from '../../harness/schema/index.ts';
import type { Protocol } from './protocols.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz ,.';

export function promptsOf({ id, lengths, commonPrefix = 0, alphabet = LETTERS }: Protocol, seed: string): Case[] {
  const rng = createRng(`evenkeel/fault-bench/${seed}/${id}`);
  const prefix = letters(rng.fork('prefix'), commonPrefix, alphabet);
  return lengths.map((length, index) => ({
    id: `p${index + 1}`,
    tags: [],
    parts: [{ label: 'query', text: prefix + letters(rng.fork(`prompt/${index}`), length - commonPrefix, alphabet) }],
  }));
}

function letters(rng: Rng, count: number, alphabet: string): string {
  return Array.from({ length: count }, () => alphabet[rng.integer(alphabet.length)]).join('');
}
