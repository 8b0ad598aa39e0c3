/**
 * needle: a pass phrase at a depth of a long text, and the question for it at the end. Is it found?
 *
 * Every level is a cell: a length of the whole prompt in tokens, and a depth, the share of the filler that stands before the phrase. The
 * filler is the case's own text, again and again, so that it is of the user's domain. The control is the phrase and the question
 * without filler: a model that does not find it there shows nothing at any length. Prompts are sent as tokens, so that lengths are exact.
 *
 * The proof: the phrase begins further from the end than the target's sliding window reaches, and the target counts all tokens that
 * were sent. What is found is counted in the drift report (`retrieval`). An engine with random weights finds nothing in text.
 * @module
 */
import { z } from 'zod';
import type { Level, PerturbationInput, RequestObservation } from '../harness/schema/index.ts';
import { canaryLine, canaryText } from './requests/canary.ts';
import { definePerturbation } from './requests/define.ts';
import { onlyCase } from './requests/group.ts';
import { leadTokens, pieceTokens, promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const needleOptions = z.strictObject({
  lengths: z
    .array(z.int().min(64).max(1_048_576))
    .min(1)
    .refine((lengths) => new Set(lengths).size === lengths.length, { error: 'lengths that are all different' })
    .default([512, 2048])
    .describe('Lengths of the whole prompt in tokens.'),
  depths: z
    .array(z.number().min(0).max(1))
    .min(1)
    .refine((depths) => new Set(depths.map(depthText)).size === depths.length, {
      error: 'depths that differ by at least 0.01',
    })
    .default([0, 0.5, 1])
    .describe('Share of the filler that stands before the phrase: 0 = at the start, 1 = right before the question.'),
  window: z
    .int()
    .min(0)
    .default(0)
    .describe(
      "Tokens that the target's sliding window reaches back, 0 = it has none. A cell whose phrase lies within is measured and marked as not exercised.",
    ),
  question: z
    .string()
    .min(1)
    .default('What is the passphrase? Answer with the passphrase alone.\nThe passphrase is')
    .describe('The end of every prompt.'),
  canaryBits: z.int().min(16).max(256).default(32).describe('Random bits of a phrase: how hard it is to guess.'),
});
export type NeedleOptions = z.output<typeof needleOptions>;

const CONTROL: Level = {
  id: 'none',
  axis: 'needle',
  label: 'phrase and question alone',
  reference: null,
  promise: 'drift',
};

export const needle = definePerturbation<NeedleOptions>({
  id: 'needle',
  title: 'Needle',
  what: 'Hides a pass phrase at a depth of a long text and asks for it; how often it is found is measured by length and depth.',
  options: needleOptions,
  shapes: (input) =>
    input.cases.map((testCase) => ({ caseIds: [testCase.id], levels: [CONTROL, ...cellsOf(input, testCase.id)] })),
  waves: (input, cell, level) => {
    const { cases, generation } = input;
    const { id } = onlyCase(cases, cell.caseIds);
    const pieces = piecesOf(input, id);
    const tokenIds = level.id === CONTROL.id ? pieces.short : promptAt(pieces, cellOf(level.id));
    const prompt = { kind: 'tokens', tokenIds } as const;
    const planned = plannedRequest(generation, { id, caseId: id, role: 'probe', prompt, canary: pieces.canary });
    return [[{ ...planned, scoreLastPositions: 0, promptLogits: 'skipped' }]];
  },
  evidenceProblem: (level, _counters, requests) => {
    if (level.label.endsWith(WITHIN))
      return 'The phrase lies within the window: that it is found does not show that anything was selected.';
    return level.id === CONTROL.id ? null : countProblem(cellOf(level.id).length, requests ?? []);
  },
});

const WITHIN = ', within the window';

interface Cell {
  readonly length: number;
  readonly depth: number;
}

const depthText = (depth: number): string => String(Math.round(depth * 100));
const cellId = ({ length, depth }: Cell): string => `length-${length}-depth-${depthText(depth)}`;

function cellOf(levelId: string): Cell {
  const found = /^length-(\d+)-depth-(\d+)$/.exec(levelId);
  if (found === null) throw new RangeError(`needle: no cell ${levelId}`);
  return { length: Number(found[1]), depth: Number(found[2]) / 100 };
}

/** Lengths that the phrase and the question alone do not fill. */
function cellsOf(input: PerturbationInput<NeedleOptions>, caseId: string): Level[] {
  const { lengths, depths, window } = input.options;
  const pieces = piecesOf(input, caseId);
  const cells = lengths
    .filter((length) => length > pieces.short.length)
    .flatMap((length) => depths.map((depth) => ({ length, depth })));
  return cells.map((cell) => {
    const behind = cell.length - pieces.lead.length - fillerBefore(pieces, cell);
    const within = window > 0 && behind <= window ? WITHIN : '';
    return {
      id: cellId(cell),
      axis: `needle/length-${cell.length}`,
      label: `${cell.length} tokens, phrase at ${depthText(cell.depth)} % of the filler${within}`,
      reference: CONTROL.id,
      promise: 'drift',
    };
  });
}

interface Pieces {
  readonly canary: string;
  readonly lead: readonly number[];
  readonly phrase: readonly number[];
  readonly question: readonly number[];
  readonly filler: readonly number[];
  /** The control's prompt. */
  readonly short: readonly number[];
}

function piecesOf({ cases, options, tokenizer, rng }: PerturbationInput<NeedleOptions>, caseId: string): Pieces {
  const testCase = onlyCase(cases, [caseId]);
  const canary = canaryText(rng.fork(`needle/${caseId}`), options.canaryBits);
  const lead = leadTokens(tokenizer);
  const phrase = pieceTokens(tokenizer, `\n${canaryLine(canary)}`);
  const question = pieceTokens(tokenizer, options.question);
  const filler = pieceTokens(tokenizer, `${promptText(testCase.parts)}\n`);
  return { canary, lead, phrase, question, filler, short: [...lead, ...phrase, ...question] };
}

/** Tokens of filler before the phrase. */
const fillerBefore = ({ short }: Pieces, { length, depth }: Cell): number =>
  Math.floor(depth * (length - short.length));

function promptAt(pieces: Pieces, cell: Cell): number[] {
  const { lead, phrase, question, filler, short } = pieces;
  const before = fillerBefore(pieces, cell);
  const all = Array.from({ length: cell.length - short.length }, (_, at) => filler[at % filler.length]);
  return [...lead, ...all.slice(0, before), ...phrase, ...all.slice(before), ...question];
}

/** A target that cut the prompt may have cut the phrase off: what it did not read it cannot find. */
function countProblem(length: number, requests: readonly RequestObservation[]): string | null {
  for (const { role, promptTokens } of requests) {
    if (role !== 'probe') continue;
    if (promptTokens === null)
      return 'The target does not tell how many prompt tokens it read: it is not shown that it read the phrase.';
    if (promptTokens !== length) return `The target counts ${promptTokens} prompt tokens, and ${length} were sent.`;
  }
  return null;
}
