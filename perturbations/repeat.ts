/**
 * repeat: the same request again, each time in a fresh session. The floor under every other comparison: a target that does not
 * repeat itself cannot be compared with anything.
 * @module
 */
import { z } from 'zod';
import type { Level } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { onlyCase } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const repeatOptions = z.strictObject({
  times: z.int().min(2).max(64).default(2).describe('How often each request runs in all, the control included.'),
});
export type RepeatOptions = z.output<typeof repeatOptions>;

export const repeat = definePerturbation<RepeatOptions>({
  id: 'repeat',
  title: 'Repeat',
  what: 'Sends the same request again in a fresh session; nothing may change.',
  options: repeatOptions,
  shapes: ({ cases, options }) => {
    const levels = Array.from({ length: options.times }, (_, index) => repeatLevel(index + 1));
    return cases.map((testCase) => ({ caseIds: [testCase.id], levels }));
  },
  waves: ({ cases, generation }, cell) => {
    const testCase = onlyCase(cases, cell.caseIds);
    const prompt = { kind: 'text', text: promptText(testCase.parts) } as const;
    return [[plannedRequest(generation, { id: testCase.id, caseId: testCase.id, role: 'probe', prompt })]];
  },
});

function repeatLevel(time: number): Level {
  return time === 1
    ? { id: 'none', axis: 'repeat', label: 'first time', reference: null, promise: 'bit-equal' }
    : { id: `repeat-${time}`, axis: 'repeat', label: `time ${time}`, reference: 'none', promise: 'bit-equal' };
}
