/**
 * streaming: the same answer whole and in pieces. The pieces joined are the text: no half characters, nothing twice, nothing of the prompt.
 *
 * An answer without a character of several bytes shows little, so that one is wanted as proof. Where the prompt's tokens are known here
 * the server's own count of them is compared too.
 * @module
 */
import { z } from 'zod';
import type { Level, PlannedRequest } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const streamingOptions = z.strictObject({
  multiByte: z
    .boolean()
    .default(true)
    .describe('Want a character of several bytes in the answers as proof; `false` for answers that have none.'),
});
export type StreamingOptions = z.output<typeof streamingOptions>;

/** The axis of levels that want such a character. */
const MULTI_BYTE = 'streaming/multi-byte';

export const streaming = definePerturbation<StreamingOptions>({
  id: 'streaming',
  title: 'Streaming',
  what: 'Takes the same answer whole and as a stream; the pieces joined may not differ from the whole.',
  options: streamingOptions,
  shapes: ({ cases, options }) => {
    const axis = options.multiByte ? MULTI_BYTE : 'streaming';
    const whole: Level = { id: 'none', axis, label: 'whole', reference: null, promise: 'bit-equal' };
    const levels = [whole, { ...whole, id: 'stream', label: 'in pieces', reference: 'none' }];
    return cases.map((testCase) => ({ caseIds: [testCase.id], levels }));
  },
  waves: ({ cases, generation }, cell, level) => {
    const testCase = onlyCase(cases, cell.caseIds);
    const prompt = { kind: 'text', text: promptText(testCase.parts) } as const;
    const asked = plannedRequest(generation, { id: testCase.id, caseId: testCase.id, role: 'probe', prompt });
    // the answer alone is streamed; servers refuse scores of the prompt in a stream
    const planned: PlannedRequest = { ...asked, scoreLastPositions: 0, promptLogits: 'skipped' };
    return [[level.reference === null ? planned : { ...planned, delivery: 'stream' }]];
  },
  evidenceProblem: ({ axis, reference }, counters) => {
    const differ = counters['promptCountsDiffer'] ?? 0;
    if (differ > 0) return `The target counts the prompt tokens of ${differ} requests otherwise than they were sent.`;
    if (reference === null) return null;
    const pieces = counterProblem(counters, { name: 'pieces', least: 2, why: 'an answer came in pieces' });
    const characters =
      axis === MULTI_BYTE
        ? counterProblem(counters, {
            name: 'multiByteCharacters',
            least: 1,
            why: 'a character of several bytes was streamed',
          })
        : null;
    return pieces ?? characters;
  },
});
