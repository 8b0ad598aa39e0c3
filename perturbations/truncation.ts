/**
 * truncation: the prompt cut to a share of its tokens, as a gateway or a context limit would cut it.
 *
 * The side is the END THAT IS REMOVED: `head` removes tokens from the start, `tail` from the end, `middle` keeps both ends (the
 * start gets the odd token) and removes what is between them. The budget is floor(keepShare * prompt tokens), at least 1.
 * With `keepQuery` (the default) the last part labelled `query`, and whatever follows it, is never cut: the cut acts on what
 * precedes it. A budget smaller than the query keeps the query whole; the level's label and its evidence say so.
 * The control and the levels are sent as tokens, so that they differ by the cut alone.
 *
 * With `byTarget` the target is asked for the same cut at the start: the whole prompt is sent with the number of last tokens to keep, and
 * the answer may differ in no bit from that to the prompt cut here. A target that cuts otherwise than it says shows there.
 * @module
 */
import { z } from 'zod';
import type { Case, Level, Tokenizer } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { promptText, queryIndex } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const side = z.enum(['head', 'tail', 'middle']);
type Side = z.output<typeof side>;

const truncationOptions = z.strictObject({
  sides: z
    .array(side)
    .min(1)
    .refine((sides) => new Set(sides).size === sides.length, { error: 'sides that are all different' })
    .default(['head', 'tail', 'middle'])
    .describe('Where the prompt is cut.'),
  keepShare: z
    .array(z.number().gt(0).lt(1))
    .min(1)
    .refine((shares) => new Set(shares.map(percentText)).size === shares.length, {
      error: 'shares that differ by at least 0.0001',
    })
    .default([0.6])
    .describe("Share of the prompt's tokens that is kept."),
  keepQuery: z.boolean().default(true).describe('Never cut the part with the label query.'),
  // absent and not `false`: ids of units are made of the options, and those of plans without it stay what they were
  byTarget: z
    .boolean()
    .optional()
    .describe('Also let the target cut the start off: it has to give what the prompt cut here gives.'),
});
export type TruncationOptions = z.output<typeof truncationOptions>;

export const truncation = definePerturbation<TruncationOptions>({
  id: 'truncation',
  title: 'Truncation',
  what: 'Cuts the prompt to a share of its tokens; the answer may move, by how much is measured.',
  options: truncationOptions,
  shapes: ({ cases, options, tokenizer }) =>
    cases.flatMap((testCase) => {
      const prompt = measurePrompt(testCase, options.keepQuery, tokenizer);
      const levels = options.sides.flatMap((from) =>
        options.keepShare.map((keepShare) => ({ keepShare, cut: cutPrompt(prompt, from, keepShare), from })),
      );
      const cutting = levels.filter(({ cut }) => cut.tokenIds.length < prompt.tokenIds.length);
      return cutting.length === 0
        ? []
        : [
            {
              caseIds: [testCase.id],
              levels: [
                CONTROL,
                ...cutting.flatMap(({ from, keepShare, cut }) => {
                  const level = cutLevel(from, keepShare, cut.queryKeptWhole);
                  return options.byTarget === true && from === 'head' ? [level, targetLevel(level)] : [level];
                }),
              ],
            },
          ];
    }),
  waves: ({ cases, options, generation, tokenizer }, cell, level) => {
    const testCase = onlyCase(cases, cell.caseIds);
    const prompt = measurePrompt(testCase, options.keepQuery, tokenizer);
    const byTarget = level.axis === TARGET_AXIS;
    const cutId = byTarget ? level.reference : level.id;
    const cut = cutId === null || cutId === CONTROL.id ? prompt.tokenIds : cutAt(prompt, cutId, options);
    const planned = plannedRequest(generation, {
      id: testCase.id,
      caseId: testCase.id,
      role: 'probe',
      prompt: { kind: 'tokens', tokenIds: byTarget ? prompt.tokenIds : cut },
      forcedFromLevel: byTarget ? null : level.reference,
    });
    return [[byTarget ? { ...planned, truncateTo: cut.length } : planned]];
  },
  evidenceProblem: (level, counters) =>
    level.axis === TARGET_AXIS
      ? targetProblem(counters)
      : level.label.endsWith(QUERY_KEPT)
        ? 'The budget was smaller than the query, which was kept whole: more tokens were kept than the share says.'
        : countProblem(counters),
});

const CONTROL: Level = { id: 'none', axis: 'truncation', label: 'whole prompt', reference: null, promise: 'drift' };
const QUERY_KEPT = ' (budget below the query, query kept whole)';
const REMOVED: Readonly<Record<Side, string>> = {
  head: 'start removed',
  tail: 'end removed',
  middle: 'middle removed',
};

const TARGET_AXIS = 'truncation/by-target';

/** The same cut, made by the target: prompts overlong for it. */
function targetLevel({ id, label }: Level): Level {
  return {
    id: `target-${id}`,
    axis: TARGET_AXIS,
    label: `${label.replace(QUERY_KEPT, '')} by the target`,
    reference: id,
    promise: 'bit-equal',
  };
}

/** A target that cuts once more answers another prompt than the one that was cut here. */
function countProblem(counters: Readonly<Record<string, number>>): string | null {
  const differ = counters['promptCountsDiffer'] ?? 0;
  return differ > 0 ? `The target counts the prompt tokens of ${differ} requests otherwise than they were sent.` : null;
}

function targetProblem(counters: Readonly<Record<string, number>>): string | null {
  const differ = counters['promptCountsDiffer'] ?? 0;
  if (differ > 0)
    return `The target counts the prompt tokens of ${differ} requests otherwise than it was asked to keep.`;
  return counterProblem(counters, { name: 'truncatedPrompts', least: 1, why: 'the target cut a prompt' });
}

function percentText(keepShare: number): string {
  return String(Math.round(keepShare * 10_000) / 100);
}

function cutLevelId(from: Side, keepShare: number): string {
  return `${from}-${percentText(keepShare)}`;
}

function cutLevel(from: Side, keepShare: number, queryKeptWhole: boolean): Level {
  return {
    id: cutLevelId(from, keepShare),
    axis: `truncation/${from}`,
    label: `${percentText(keepShare)} % kept, ${REMOVED[from]}${queryKeptWhole ? QUERY_KEPT : ''}`,
    reference: CONTROL.id,
    promise: 'drift',
  };
}

interface MeasuredPrompt {
  readonly tokenIds: readonly number[];
  /** How many of the last tokens are never cut. */
  readonly keptTail: number;
}

function measurePrompt(testCase: Case, keepQuery: boolean, tokenizer: Tokenizer): MeasuredPrompt {
  const tokenIds = tokenizer.encode(promptText(testCase.parts));
  const query = queryIndex(testCase);
  if (!keepQuery || query < 0) return { tokenIds, keptTail: 0 };
  return { tokenIds, keptTail: tailLength(tokenIds, promptText(testCase.parts.slice(query)), tokenizer) };
}

/**
 * How many last tokens hold the text: a token may span the border between the text and what precedes it, so the count is taken
 * from the tokens of the whole prompt and not from the text alone.
 */
function tailLength(tokenIds: readonly number[], text: string, tokenizer: Tokenizer): number {
  let length = Math.min(tokenizer.encode(text).length, tokenIds.length);
  while (length < tokenIds.length && !tokenizer.decode(tokenIds.slice(tokenIds.length - length)).endsWith(text))
    length++;
  return length;
}

interface CutPrompt {
  readonly tokenIds: readonly number[];
  readonly queryKeptWhole: boolean;
}

function cutPrompt(prompt: MeasuredPrompt, from: Side, keepShare: number): CutPrompt {
  const { tokenIds, keptTail } = prompt;
  const budget = Math.max(1, Math.floor(keepShare * tokenIds.length));
  const border = tokenIds.length - keptTail;
  const cuttable = tokenIds.slice(0, border);
  const keep = Math.max(0, budget - keptTail);
  const fromStart = from === 'head' ? 0 : from === 'tail' ? keep : Math.ceil(keep / 2);
  const kept = [
    ...cuttable.slice(0, fromStart),
    ...cuttable.slice(cuttable.length - (keep - fromStart)),
    ...tokenIds.slice(border),
  ];
  return { tokenIds: kept, queryKeptWhole: budget < keptTail };
}

function cutAt(prompt: MeasuredPrompt, levelId: string, options: TruncationOptions): readonly number[] {
  for (const from of options.sides) {
    for (const keepShare of options.keepShare) {
      if (cutLevelId(from, keepShare) === levelId) return cutPrompt(prompt, from, keepShare).tokenIds;
    }
  }
  throw new RangeError(`truncation: no level ${levelId} with these options`);
}
