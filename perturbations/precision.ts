/**
 * precision: the same request in another arithmetic. The first mode is the reference; how far the others are from it is drift.
 *
 * Nothing is forced: the prompt is the same at every level, so the prompt positions themselves are compared
 * (`generation.scoreLastPositions` of them).
 * @module
 */
import { z } from 'zod';
import { precisionMode, type Level, type PrecisionMode } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { onlyCase } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const precisionOptions = z.strictObject({
  levels: z
    .array(precisionMode)
    .min(2)
    .refine((modes) => new Set(modes).size === modes.length, { error: 'modes that are all different' })
    .default(['f32', 'f32-kvq', 'w8a8', 'bf16'])
    .describe('The first one is the reference.'),
});
export type PrecisionOptions = z.output<typeof precisionOptions>;

const LABELS: Readonly<Record<PrecisionMode, string>> = {
  f32: 'float32',
  'f32-kvq': 'float32, quantised cache',
  w8a8: 'FP8/FP4 weights and activations',
  bf16: 'bfloat16',
};

export const precision = definePerturbation<PrecisionOptions>({
  id: 'precision',
  title: 'Precision',
  what: 'Computes the same request in another arithmetic; the answer may move, by how much is measured.',
  options: precisionOptions,
  shapes: ({ cases, options }) => {
    const levels = options.levels.map((mode, index) => precisionLevel(mode, index === 0 ? null : options.levels[0]));
    return cases.map((testCase) => ({ caseIds: [testCase.id], levels }));
  },
  waves: ({ cases, generation }, cell) => {
    const testCase = onlyCase(cases, cell.caseIds);
    const prompt = { kind: 'text', text: promptText(testCase.parts) } as const;
    return [[plannedRequest(generation, { id: testCase.id, caseId: testCase.id, role: 'probe', prompt })]];
  },
  precision: (level) => precisionMode.parse(level.id),
});

function precisionLevel(mode: PrecisionMode, reference: PrecisionMode | null): Level {
  return { id: mode, axis: 'precision', label: LABELS[mode], reference, promise: 'drift' };
}
