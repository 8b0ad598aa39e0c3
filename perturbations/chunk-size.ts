/**
 * chunk-size: the same prompt computed in pieces of another size. A chunk's border is where a compressor's tail, a ring of the sliding
 * window or a position is carried over; the answer owes the bits of the control wherever the borders fall.
 * @module
 */
import { z } from 'zod';
import type { Level } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const CHUNK_MAX = 65_536;

const chunkSizeOptions = z.strictObject({
  control: z
    .int()
    .min(1)
    .max(CHUNK_MAX)
    .default(CHUNK_MAX)
    .describe('Tokens per chunk of the control; large: one chunk.'),
  sizes: z
    .array(z.int().min(1).max(CHUNK_MAX))
    .min(1)
    .refine((sizes) => new Set(sizes).size === sizes.length, { error: 'sizes that are all different' })
    // below, at and above the borders of windows (16), compressed blocks (4, 8) and pages
    .default([5, 16, 33])
    .describe('Tokens per chunk; sizes at and beside multiples of the window and of a page find most.'),
});
export type ChunkSizeOptions = z.output<typeof chunkSizeOptions>;

export const chunkSize = definePerturbation<ChunkSizeOptions>({
  id: 'chunk-size',
  title: 'Chunk size',
  what: 'Computes the same prompt in chunks of another size; nothing may change.',
  options: chunkSizeOptions,
  shapes: ({ cases, options }) => {
    const levels = [controlLevel(options), ...options.sizes.map(sizeLevel)];
    return cases.map((testCase) => ({ caseIds: [testCase.id], levels }));
  },
  waves: ({ cases, generation }, cell) => {
    const testCase = onlyCase(cases, cell.caseIds);
    const prompt = { kind: 'text', text: promptText(testCase.parts) } as const;
    return [[plannedRequest(generation, { id: testCase.id, caseId: testCase.id, role: 'probe', prompt })]];
  },
  knobs: (level, { options }) => ({ chunkSize: level.reference === null ? options.control : sizeOf(level) }),
  evidenceProblem: (level, counters) =>
    level.reference === null
      ? null
      : counterProblem(counters, {
          name: 'laterChunks',
          least: 1,
          why: 'a prompt was computed in more than one chunk',
        }),
});

function controlLevel({ control }: ChunkSizeOptions): Level {
  const label = control === CHUNK_MAX ? 'one chunk' : `chunks of ${control}`;
  return { id: 'none', axis: 'chunk-size', label, reference: null, promise: 'bit-equal' };
}

function sizeLevel(size: number): Level {
  const tokens = size === 1 ? 'token' : 'tokens';
  return {
    id: `chunk-${size}`,
    axis: 'chunk-size',
    label: `chunks of ${size} ${tokens}`,
    reference: 'none',
    promise: 'bit-equal',
  };
}

function sizeOf({ id }: Level): number {
  return Number(id.slice('chunk-'.length));
}
