/**
 * restart: the same request after everything was closed and opened again.
 *
 * `new-session`: another request ran first, in a session that is closed; slots, caches and tiers are new. `new-engine`: the whole engine is
 * built again over the same weights. Nothing is kept here: what a cold tier that outlives its session gives back is the state `restart`
 * of `cache-salt`. A server whose cache outlives it is restarted between two runs, and the runs are compared.
 * @module
 */
import { z } from 'zod';
import type { Level, PlannedRequest } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const kind = z.enum(['new-session', 'new-engine']);
type Kind = z.output<typeof kind>;

const restartOptions = z.strictObject({
  kinds: z
    .array(kind)
    .min(1)
    .refine((kinds) => new Set(kinds).size === kinds.length, { error: 'kinds that are all different' })
    .default(['new-session', 'new-engine'])
    .describe('What is closed and opened again; an endpoint that empties its cache on request knows `new-session`.'),
});
export type RestartOptions = z.output<typeof restartOptions>;

const CONTROL: Level = {
  id: 'none',
  axis: 'restart',
  label: 'first of its session',
  reference: null,
  promise: 'bit-equal',
};

const LABELS: Readonly<Record<Kind, string>> = {
  'new-session': 'in a new session, after one was closed',
  'new-engine': 'in an engine built again',
};

export const restart = definePerturbation<RestartOptions>({
  id: 'restart',
  title: 'Restart',
  what: 'Closes what ran and asks the same again; nothing may change.',
  options: restartOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) => {
    const levels = [
      CONTROL,
      ...options.kinds.map((id): Level => ({ ...CONTROL, id, label: LABELS[id], reference: 'none' })),
    ];
    return cases.map((testCase) => ({ caseIds: [testCase.id], levels }));
  },
  sessions: () => 'one-per-wave',
  waves: ({ cases, generation }, cell, level) => {
    const testCase = onlyCase(cases, cell.caseIds);
    const prompt = { kind: 'text', text: promptText(testCase.parts) } as const;
    const asked = plannedRequest(generation, { id: testCase.id, caseId: testCase.id, role: 'probe', prompt });
    const before: PlannedRequest = { ...asked, id: `${asked.id}~before`, role: 'mate', scoreLastPositions: 0 };
    return level.id === 'new-session' ? [[before], [asked]] : [[asked]];
  },
  knobs: ({ id }) => (id === 'new-engine' ? { engineInstance: 1 } : {}),
  evidenceProblem: ({ id }, counters) =>
    id === 'new-session'
      ? counterProblem(counters, { name: 'emptyCaches', least: 2, why: 'the cache was empty before and after' })
      : null,
});
