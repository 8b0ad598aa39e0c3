/**
 * arrival: the same requests at once, one after another while the first still run, and each alone after the one before it has ended.
 *
 * All share one session, as on a server that stays up. Who arrives when decides who shares which step, in which row and next to
 * whose prompt; no bit of an answer may depend on it. `reversed` also exchanges who comes first.
 * @module
 */
import { z } from 'zod';
import type { Level, PlannedRequest } from '../harness/schema/index.ts';
import { definePerturbation, type Waves } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { filledGroups, membersOf } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const schedule = z.enum(['staggered', 'reversed', 'trickled']);
type Schedule = z.output<typeof schedule>;

const arrivalOptions = z.strictObject({
  requests: z.int().min(2).max(64).default(4).describe('Requests that share a session.'),
  everySteps: z.int().min(1).max(64).default(2).describe('Steps between two arrivals where they are staggered.'),
  schedules: z
    .array(schedule)
    .min(1)
    .refine((chosen) => new Set(chosen).size === chosen.length, { error: 'schedules that are all different' })
    .default(['staggered', 'reversed', 'trickled'])
    .describe('Compared with all requests at once.'),
});
export type ArrivalOptions = z.output<typeof arrivalOptions>;

const LABELS: Readonly<Record<Schedule, string>> = {
  staggered: 'one after another, overlapping',
  reversed: 'one after another, last one first',
  trickled: 'each after the one before it has ended',
};

export const arrival = definePerturbation<ArrivalOptions>({
  id: 'arrival',
  title: 'Arrival',
  what: 'Sends the same requests at once, staggered, and one by one in one session; nothing may change.',
  options: arrivalOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) => {
    const levels = [CONTROL, ...options.schedules.map(scheduleLevel)];
    return filledGroups(cases, options.requests).map((caseIds) => ({ caseIds, levels }));
  },
  waves: ({ cases, options, generation }, cell, level) => {
    const rows = membersOf(cases, cell.caseIds).map((member) =>
      plannedRequest(generation, {
        id: member.requestId,
        caseId: member.case.id,
        role: member.role,
        prompt: { kind: 'text', text: promptText(member.case.parts) },
      }),
    );
    return arranged(rows, level, options);
  },
  evidenceProblem: (level, counters) =>
    level.id === 'trickled'
      ? counterProblem(counters, { name: 'slotReuses', least: 1, why: 'a request followed another one' })
      : counterProblem(counters, { name: 'maxActiveRows', least: 2, why: 'requests ran in one step' }),
});

const CONTROL: Level = { id: 'none', axis: 'arrival', label: 'all at once', reference: null, promise: 'bit-equal' };

function scheduleLevel(chosen: Schedule): Level {
  return { id: chosen, axis: 'arrival', label: LABELS[chosen], reference: 'none', promise: 'bit-equal' };
}

function arranged(rows: readonly PlannedRequest[], level: Level, { everySteps }: ArrivalOptions): Waves {
  if (level.reference === null) return [rows];
  const last = rows.length - 1;
  switch (schedule.parse(level.id)) {
    case 'staggered':
      return [rows.map((row, index) => ({ ...row, arrivalStep: index * everySteps }))];
    case 'reversed':
      return [rows.map((row, index) => ({ ...row, arrivalStep: (last - index) * everySteps }))];
    case 'trickled':
      return rows.map((row) => [row]);
  }
}
