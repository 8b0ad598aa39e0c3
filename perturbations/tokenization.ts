/**
 * tokenization: the same prompt as its tokens and as text. The target has to make the same tokens of the text: no second
 * begin-of-sequence token, no other spelling, nothing left out.
 *
 * What the target says it counted is compared with the tokens that were sent; a server with a template or a special token of its own in
 * front of text shows here, with how many.
 * @module
 */
import { z } from 'zod';
import type { Level } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const tokenizationOptions = z.strictObject({});
export type TokenizationOptions = z.output<typeof tokenizationOptions>;

const TOKENS: Level = {
  id: 'none',
  axis: 'tokenization',
  label: 'as tokens',
  reference: null,
  promise: 'bit-equal',
};
const TEXT: Level = { ...TOKENS, id: 'text', label: 'as text', reference: TOKENS.id };

export const tokenization = definePerturbation<TokenizationOptions>({
  id: 'tokenization',
  title: 'Tokenization',
  what: 'Sends the same prompt as tokens and as text; the target may make no other tokens of the text.',
  options: tokenizationOptions,
  shapes: ({ cases }) => cases.map((testCase) => ({ caseIds: [testCase.id], levels: [TOKENS, TEXT] })),
  waves: ({ cases, generation }, cell, level) => {
    const testCase = onlyCase(cases, cell.caseIds);
    const prompt = { kind: 'text', text: promptText(testCase.parts) } as const;
    const planned = plannedRequest(generation, { id: testCase.id, caseId: testCase.id, role: 'probe', prompt });
    return [[{ ...planned, promptForm: level.id === TEXT.id ? 'text' : 'tokens' }]];
  },
  evidenceProblem: ({ id }, counters) => {
    const differ = counters['promptCountsDiffer'] ?? 0;
    if (differ > 0) return `The target counts the prompt tokens of ${differ} requests otherwise than they were sent.`;
    return id === TEXT.id
      ? counterProblem(counters, { name: 'textPrompts', least: 1, why: 'a prompt was sent as text' })
      : null;
  },
});
