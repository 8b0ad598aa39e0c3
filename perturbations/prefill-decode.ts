/**
 * prefill-decode: are the logits that a request saw while it decoded those of its whole output read in one go?
 *
 * At `prefill` the prompt with the control's output behind it is computed as one prompt; what predicts each output token there is
 * compared, bit by bit, with what predicted it when it was produced. At `warm` the request is decoded again with its prefix from the
 * cache: a row of logits that is off by what was cached shows there.
 * @module
 */
import { z } from 'zod';
import type { Level, PlannedRequest } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const prefillDecodeOptions = z.strictObject({
  draftTokens: z
    .int()
    .min(0)
    .max(16)
    .default(0)
    .describe('Tokens drafted per step while decoding; 0 = none. A rejected draft that leaves a trace shows here.'),
});
export type PrefillDecodeOptions = z.output<typeof prefillDecodeOptions>;

const CONTROL: Level = {
  id: 'none',
  axis: 'prefill-decode',
  label: 'decoded token by token',
  reference: null,
  promise: 'bit-equal',
};
const PREFILL: Level = { ...CONTROL, id: 'prefill', label: 'prompt and output read in one go', reference: 'none' };
const WARM: Level = { ...CONTROL, id: 'warm', label: 'decoded behind a cached prefix', reference: 'none' };

export const prefillDecode = definePerturbation<PrefillDecodeOptions>({
  id: 'prefill-decode',
  title: 'Prefill and decode',
  what: 'Reads the prompt with the produced tokens behind it in one go; what predicts each token may not differ from what produced it.',
  options: prefillDecodeOptions,
  shapes: ({ cases }) => cases.map((testCase) => ({ caseIds: [testCase.id], levels: [CONTROL, PREFILL, WARM] })),
  waves: ({ cases, generation }, cell, level) => {
    const testCase = onlyCase(cases, cell.caseIds);
    const prompt = { kind: 'text', text: promptText(testCase.parts) } as const;
    const planned = plannedRequest(generation, { id: testCase.id, caseId: testCase.id, role: 'probe', prompt });
    const asked: PlannedRequest = { ...planned, temperature: 0, scoreLastPositions: 0, promptLogits: 'skipped' };
    const salted = { ...asked, cacheSalt: 'own' };
    switch (level.id) {
      case 'prefill':
        return [[{ ...asked, forcedFromLevel: 'none', evaluation: 'prefill' }]];
      case 'warm':
        return [[{ ...salted, id: `${asked.id}~first`, role: 'mate' }], [salted]];
      default:
        return [[asked]];
    }
  },
  knobs: (_level, { options: { draftTokens } }) => (draftTokens === 0 ? {} : { draftTokens }),
  evidenceProblem: ({ id }, counters) => {
    if (id === 'prefill')
      return counterProblem(counters, { name: 'forcedPositions', least: 1, why: 'a produced token was read again' });
    if (id !== 'warm') return null;
    return counterProblem(counters, { name: 'cachedTokens', least: 1, why: 'a prefix came from the cache' });
  },
});
