/**
 * memory: the model's conditional memory (Engram) on the host instead of resident, and switched off.
 *
 * Where the rows lie may not change a bit. Without memory the model is another one: how far its answers move is drift, and shows at the
 * same time that the memory is used at all.
 * @module
 */
import { z } from 'zod';
import type { Level, ServingKnobs } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const setting = z.enum(['host', 'off']);
type Setting = z.output<typeof setting>;

const memoryOptions = z.strictObject({
  settings: z
    .array(setting)
    .min(1)
    .refine((chosen) => new Set(chosen).size === chosen.length, { error: 'settings that are all different' })
    .default(['host', 'off'])
    .describe('Compared with memory that is resident.'),
});
export type MemoryPerturbationOptions = z.output<typeof memoryOptions>;

const CONTROL: Level = { id: 'none', axis: 'memory', label: 'resident', reference: null, promise: 'bit-equal' };
const LEVELS: Readonly<Record<Setting, Level>> = {
  host: { id: 'host', axis: 'memory/placement', label: 'rows on the host', reference: 'none', promise: 'bit-equal' },
  off: { id: 'off', axis: 'memory/toggle', label: 'memory off', reference: 'none', promise: 'drift' },
};

export const memory = definePerturbation<MemoryPerturbationOptions>({
  id: 'memory',
  title: 'Memory',
  what: 'Moves the conditional memory to the host, where nothing may change, and switches it off, where drift is measured.',
  options: memoryOptions,
  shapes: ({ cases, options }) => {
    const levels = [CONTROL, ...options.settings.map((chosen) => LEVELS[chosen])];
    return cases.map((testCase) => ({ caseIds: [testCase.id], levels }));
  },
  waves: ({ cases, generation }, cell, level) => {
    const testCase = onlyCase(cases, cell.caseIds);
    const prompt = { kind: 'text', text: promptText(testCase.parts) } as const;
    // drift is compared in one context: the control's answer is forced where the model is another one
    const forcedFromLevel = level.promise === 'drift' ? 'none' : null;
    return [
      [plannedRequest(generation, { id: testCase.id, caseId: testCase.id, role: 'probe', prompt, forcedFromLevel })],
    ];
  },
  knobs: (level): ServingKnobs => ({ memory: level.reference === null ? 'resident' : setting.parse(level.id) }),
  evidenceProblem: (level, counters) =>
    level.id === 'off'
      ? null
      : counterProblem(counters, { name: 'memoryRows', least: 1, why: 'rows of the memory were read' }),
});
