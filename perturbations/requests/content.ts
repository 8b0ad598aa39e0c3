/**
 * Prompts with planted canaries, and other content of exactly the same length: what the leakage perturbations swap.
 *
 * A prompt is three runs of tokens: what precedes the query, the canary's line, and the query with what follows it. Other content has
 * the same three lengths, so that nothing but content differs: not the prompt's length, nor the canary's place in it.
 * @module
 */
import { z } from 'zod';
import type { Case, Rng, Tokenizer } from '../../harness/schema/index.ts';
import { canaryLine } from './canary.ts';
import { leadTokens, pieceTokens, promptText, queryIndex } from './prompt.ts';

/** The options that both leakage perturbations share. */
export const contentOptions = z.strictObject({
  mates: z.int().min(1).max(63).default(3).describe('Other requests that share the batch, or the slots before.'),
  swaps: z.int().min(1).max(8).default(1).describe('How many times the others get new content.'),
  canaryBits: z.int().min(24).max(128).default(40).describe('At least this many random bits in each canary.'),
});
export type ContentOptions = z.output<typeof contentOptions>;

/** The pieces of a prompt without its canary. */
export interface Content {
  readonly caseId: string;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** The canary's line goes before the last query; without a query before the last part. */
export function contentOf(testCase: Case, tokenizer: Tokenizer): Content {
  const query = queryIndex(testCase);
  const border = query >= 0 ? query : testCase.parts.length - 1;
  const before = border === 0 ? '' : `${promptText(testCase.parts.slice(0, border))}\n`;
  const after = promptText(testCase.parts.slice(border));
  return {
    caseId: testCase.id,
    before: before === '' ? [] : pieceTokens(tokenizer, before),
    after: pieceTokens(tokenizer, after),
  };
}

/** Where other content may come from. */
export interface ContentSource {
  readonly cases: readonly Case[];
  /** The unit's own cases: used only when there are no others. */
  readonly unitCaseIds: readonly string[];
}

/** Any case, if possible one that is not in the unit. */
export function anyContent(source: ContentSource, rng: Rng, tokenizer: Tokenizer): Content {
  const picked =
    pickCase(source.cases, new Set(source.unitCaseIds), rng) ?? source.cases[rng.integer(source.cases.length)];
  return contentOf(picked, tokenizer);
}

/**
 * Content of another case in the lengths of the first: cut, or repeated from its start.
 * Where there is no other case, the content's own tokens one place on, so that it differs all the same.
 */
export function otherContent(content: Content, source: ContentSource, rng: Rng, tokenizer: Tokenizer): Content {
  const picked =
    pickCase(source.cases, new Set([...source.unitCaseIds, content.caseId]), rng) ??
    pickCase(source.cases, new Set([content.caseId]), rng);
  const donor = picked === null ? movedOn(content) : contentOf(picked, tokenizer);
  const all = [...donor.before, ...donor.after];
  return {
    caseId: donor.caseId,
    before: fitted(donor.before.length > 0 ? donor.before : all, content.before.length),
    after: fitted(donor.after, content.after.length),
  };
}

/** Draws until the case is not one to avoid: no list is made, so that a plan of n cases stays linear. Null when all are to avoid. */
function pickCase(cases: readonly Case[], avoid: ReadonlySet<string>, rng: Rng): Case | null {
  if (avoid.size >= cases.length) return null;
  for (;;) {
    const picked = cases[rng.integer(cases.length)];
    if (!avoid.has(picked.id)) return picked;
  }
}

/**
 * The tokens of each canary's line, all equally long: a tokenizer may cut two lines of equal bytes into unequally many tokens, so the
 * shorter ones are filled up with more line ends.
 */
export function canaryLines(canaries: readonly string[], tokenizer: Tokenizer): number[][] {
  const lines = canaries.map((canary) => pieceTokens(tokenizer, canaryLine(canary)));
  const longest = Math.max(...lines.map((line) => line.length));
  const lineEnd = pieceTokens(tokenizer, '\n');
  return lines.map((line) => [...line, ...fitted(lineEnd, longest - line.length)]);
}

/** The whole prompt. */
export function planted(content: Content, canaryLineTokens: readonly number[], tokenizer: Tokenizer): number[] {
  return [...leadTokens(tokenizer), ...content.before, ...canaryLineTokens, ...content.after];
}

function movedOn(content: Content): Content {
  const all = [...content.before, ...content.after];
  const moved = [...all.slice(1), ...all.slice(0, 1)];
  return {
    caseId: content.caseId,
    before: moved.slice(0, content.before.length),
    after: moved.slice(content.before.length),
  };
}

function fitted(tokens: readonly number[], length: number): number[] {
  if (tokens.length === 0 && length > 0)
    throw new RangeError('perturbations: a text without tokens cannot be repeated');
  return Array.from({ length }, (_, index) => tokens[index % tokens.length]);
}
