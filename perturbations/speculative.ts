/**
 * speculative: tokens drafted by the model's own head and verified in one step, against one token at a time.
 *
 * With greedy decoding a draft changes only how many steps an answer takes: every bit stays. A draft that is rejected has to leave no
 * trace in compressors, windows and caches, so that a level without a rejection shows nothing.
 * @module
 */
import { z } from 'zod';
import type { Level } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const speculativeOptions = z.strictObject({
  draftTokens: z
    .array(z.int().min(1).max(16))
    .min(1)
    .refine((counts) => new Set(counts).size === counts.length, { error: 'counts that are all different' })
    .default([1, 3])
    .describe('Tokens drafted per step.'),
});
export type SpeculativeOptions = z.output<typeof speculativeOptions>;

const CONTROL: Level = { id: 'none', axis: 'speculative', label: 'no drafts', reference: null, promise: 'bit-equal' };

export const speculative = definePerturbation<SpeculativeOptions>({
  id: 'speculative',
  title: 'Speculative decoding',
  what: 'Drafts tokens and verifies them in one step, greedily; nothing may change but the number of steps.',
  options: speculativeOptions,
  shapes: ({ cases, options }) => {
    const levels = [CONTROL, ...options.draftTokens.map(draftLevel)];
    return cases.map((testCase) => ({ caseIds: [testCase.id], levels }));
  },
  waves: ({ cases, generation }, cell) => {
    const testCase = onlyCase(cases, cell.caseIds);
    const prompt = { kind: 'text', text: promptText(testCase.parts) } as const;
    const probe = plannedRequest(generation, { id: testCase.id, caseId: testCase.id, role: 'probe', prompt });
    // sampling would draw differently for a verified row; the contract is about greedy decoding
    return [[{ ...probe, temperature: 0 }]];
  },
  knobs: (level) => ({ draftTokens: level.reference === null ? 0 : Number(level.id.slice('draft-'.length)) }),
  evidenceProblem: (level, counters) =>
    level.reference === null
      ? null
      : counterProblem(counters, { name: 'rejectedDrafts', least: 1, why: 'a draft was rejected and taken back' }),
});

function draftLevel(count: number): Level {
  const label = `${count} ${count === 1 ? 'token' : 'tokens'} drafted per step`;
  return { id: `draft-${count}`, axis: 'speculative', label, reference: 'none', promise: 'bit-equal' };
}
