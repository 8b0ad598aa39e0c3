/**
 * request-order: the same requests, handed in in another order, more of them than a step has rows.
 *
 * Who waits, who shares a step with whom, in which row, and whose slot a request takes over all change with the order. The requests end
 * at different steps, so that rows become free one by one. No bit of an answer may depend on any of it.
 * @module
 */
import { z } from 'zod';
import type { Level, PerturbationInput, PlannedRequest } from '../harness/schema/index.ts';
import { definePerturbation, type CellShape, type Waves } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { filledGroups, membersOf } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const requestOrderOptions = z.strictObject({
  requests: z.int().min(2).max(64).default(6).describe('Requests that are handed in together.'),
  rows: z
    .int()
    .min(2)
    .max(64)
    .nullable()
    .default(4)
    .describe(
      'Rows of a step; fewer than requests, so that some wait. Null = as the target has them, and nothing is asked of it.',
    ),
  shuffles: z.int().min(0).max(16).default(2).describe('Random orders beside the reversed one.'),
});
export type RequestOrderOptions = z.output<typeof requestOrderOptions>;

/** The axis of levels in which requests have to wait for a row; its proof is another one. */
const WAITING = 'request-order/waiting';

export const requestOrder = definePerturbation<RequestOrderOptions>({
  id: 'request-order',
  title: 'Request order',
  what: 'Hands in the same requests in another order, more than fit in a step; nothing may change.',
  options: requestOrderOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) => {
    const { requests, rows, shuffles } = options;
    const axis = rows !== null && rows < requests ? WAITING : 'request-order';
    const level = (id: string, label: string): Level => ({ id, axis, label, reference: 'none', promise: 'bit-equal' });
    const levels: Level[] = [
      { id: 'none', axis, label: 'in the order of the cases', reference: null, promise: 'bit-equal' },
      level('reversed', 'last one first'),
      ...Array.from({ length: shuffles }, (_, at) => level(`shuffle-${at + 1}`, `random order ${at + 1}`)),
    ];
    return filledGroups(cases, requests).map((caseIds) => ({ caseIds, levels }));
  },
  waves,
  knobs: (_level, { options: { rows } }) => (rows === null ? {} : { maxBatch: rows }),
  evidenceProblem: ({ axis }, counters) =>
    counterProblem(counters, { name: 'maxActiveRows', least: 2, why: 'requests ran in one step' }) ??
    (axis === WAITING
      ? counterProblem(counters, { name: 'slotReuses', least: 1, why: 'a request waited and took over a row' })
      : null),
});

/** Outputs of three lengths: rows become free at different steps. */
const ENDS = 3;

function waves(input: PerturbationInput<RequestOrderOptions>, cell: CellShape, level: Level): Waves {
  const { cases, generation, rng } = input;
  const rows = membersOf(cases, cell.caseIds).map((member, index): PlannedRequest => {
    const prompt = { kind: 'text', text: promptText(member.case.parts) } as const;
    const planned = plannedRequest(generation, {
      id: member.requestId,
      caseId: member.case.id,
      role: member.role,
      prompt,
    });
    return { ...planned, maxTokens: Math.max(1, generation.maxTokens - (index % ENDS)) };
  });
  if (level.reference === null) return [rows];
  if (level.id === 'reversed') return [rows.toReversed()];
  return [rng.fork(`${cell.caseIds.join('/')}/${level.id}`).shuffle(rows)];
}
