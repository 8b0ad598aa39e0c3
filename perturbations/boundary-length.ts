/**
 * boundary-length: prompts that end at, just before and just after the borders of windows, compressed blocks, pages and chunks.
 *
 * Many defects show at such a length and at no other: a block that is just complete, a tail of one token, a ring that is just full.
 * Each length is cut from the case's text (a short text is repeated). What is compared: an empty cache with a warm one, and one chunk
 * with many.
 * @module
 */
import { z } from 'zod';
import type { Level, PerturbationInput, PlannedRequest } from '../harness/schema/index.ts';
import { definePerturbation, type CellShape, type Waves } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { leadTokens, pieceTokens, promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const way = z.enum(['warm', 'chunks']);
type Way = z.output<typeof way>;

const boundaryLengthOptions = z.strictObject({
  borders: z
    .array(z.int().min(2).max(65_536))
    .min(1)
    .refine((borders) => new Set(borders).size === borders.length, { error: 'borders that are all different' })
    // of v4-tiny: compression ratio 4, 8 selected entries, window 16, two windows, page 64, two pages
    .default([4, 8, 16, 32, 64, 128])
    .describe(
      'Lengths in tokens at which something is complete; each is run with one token less, exactly, and one more.',
    ),
  chunk: z.int().min(1).max(65_536).default(16).describe('Tokens per chunk where one chunk is compared with many.'),
  compare: z
    .array(way)
    .min(1)
    .refine((chosen) => new Set(chosen).size === chosen.length, { error: 'ways that are all different' })
    .default(['warm', 'chunks'])
    .describe('Compared with an empty cache and one chunk; an endpoint knows `warm`.'),
});
export type BoundaryLengthOptions = z.output<typeof boundaryLengthOptions>;

const CONTROL: Level = {
  id: 'none',
  axis: 'boundary-length',
  label: 'empty cache, one chunk',
  reference: null,
  promise: 'bit-equal',
};

/** More than any prompt: one chunk. */
const ONE_CHUNK = 65_536;

export const boundaryLength = definePerturbation<BoundaryLengthOptions>({
  id: 'boundary-length',
  title: 'Boundary lengths',
  what: 'Cuts prompts at and beside the borders of windows, blocks and pages, and runs them from a cache and in chunks; nothing may change.',
  options: boundaryLengthOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) => {
    const levels = [CONTROL, ...options.compare.map((chosen) => wayLevel(chosen, options))];
    return cases.map((testCase) => ({ caseIds: [testCase.id], levels }));
  },
  waves,
  sessions: ({ id }) => (id === 'warm' ? 'one' : 'one-per-wave'),
  knobs: ({ id }, { options }) =>
    // where chunks are not compared nothing is set, so that a server can be asked too
    options.compare.includes('chunks') ? { chunkSize: id === 'chunks' ? options.chunk : ONE_CHUNK } : {},
  evidenceProblem: ({ id }, counters) => {
    if (id === 'warm')
      return counterProblem(counters, { name: 'cachedTokens', least: 1, why: 'a prefix came from the cache' });
    if (id !== 'chunks') return null;
    return counterProblem(counters, {
      name: 'laterChunks',
      least: 1,
      why: 'a prompt was computed in more than one chunk',
    });
  },
});

function wayLevel(chosen: Way, { chunk }: BoundaryLengthOptions): Level {
  const label = chosen === 'warm' ? 'asked for the second time' : `chunks of ${chunk}`;
  return { id: chosen, axis: `boundary-length/${chosen}`, label, reference: 'none', promise: 'bit-equal' };
}

/**
 * One request a wave. Each length has a session of its own, without a cache that is asked for: with one the engine computes page by page,
 * and control and level would take one path. Where the cache is warm, pairs share a session, each under a salt of its own.
 */
function waves(input: PerturbationInput<BoundaryLengthOptions>, cell: CellShape, { id: levelId }: Level): Waves {
  const testCase = onlyCase(input.cases, cell.caseIds);
  const tokens = promptOfLength(input, promptText(testCase.parts));
  return lengthsOf(input.options).flatMap((length) => {
    const id = `${testCase.id}~length-${length}`;
    const prompt = { kind: 'tokens', tokenIds: tokens(length) } as const;
    const planned = plannedRequest(input.generation, { id, caseId: testCase.id, role: 'probe', prompt });
    const asked: PlannedRequest = { ...planned, scoreLastPositions: 0, promptLogits: 'skipped' };
    if (levelId !== 'warm') return [[asked]];
    const salted = { ...asked, cacheSalt: `length-${length}` };
    return [[{ ...salted, id: `${id}~first`, role: 'mate' }], [salted]];
  });
}

/** Ascending, each once. */
function lengthsOf({ borders }: BoundaryLengthOptions): number[] {
  const lengths = borders.flatMap((border) => [border - 1, border, border + 1]);
  return [...new Set(lengths)].sort((a, b) => a - b);
}

/** What the tokenizer puts in front counts: the prompt has so many tokens in all. */
function promptOfLength(
  { tokenizer }: PerturbationInput<BoundaryLengthOptions>,
  text: string,
): (length: number) => number[] {
  const lead = leadTokens(tokenizer);
  const own = pieceTokens(tokenizer, text);
  return (length) => Array.from({ length }, (_, at) => lead[at] ?? own[(at - lead.length) % own.length]);
}
