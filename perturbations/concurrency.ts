/**
 * concurrency: the same requests one after another, and several in flight at once, as clients of a server are.
 *
 * How many really were is recorded: `maxInFlight` as the client saw it, `maxActiveRows` where the target shows what it batched. In flight
 * is no proof of a batch: where that is wanted, `batch-size` asks for it.
 * @module
 */
import { z } from 'zod';
import type { Level, PlannedRequest } from '../harness/schema/index.ts';
import { definePerturbation } from './requests/define.ts';
import { filledGroups, membersOf } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const concurrencyOptions = z.strictObject({
  inFlight: z
    .array(z.int().min(2).max(64))
    .min(1)
    .refine((counts) => new Set(counts).size === counts.length, { error: 'counts that are all different' })
    .default([4])
    .describe('Requests in flight at once, compared with one at a time.'),
});
export type ConcurrencyOptions = z.output<typeof concurrencyOptions>;

const CONTROL: Level = {
  id: 'none',
  axis: 'concurrency',
  label: 'one at a time',
  reference: null,
  promise: 'bit-equal',
};

export const concurrency = definePerturbation<ConcurrencyOptions>({
  id: 'concurrency',
  title: 'Concurrency',
  what: 'Sends the same requests one at a time and several at once; nothing may change.',
  options: concurrencyOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) => {
    const levels = [
      CONTROL,
      ...options.inFlight.map((count): Level => ({
        ...CONTROL,
        id: `at-once-${count}`,
        label: `${count} at once`,
        reference: 'none',
      })),
    ];
    return filledGroups(cases, Math.max(...options.inFlight)).map((caseIds) => ({ caseIds, levels }));
  },
  waves: ({ cases, generation }, cell, level) => {
    const rows = membersOf(cases, cell.caseIds).map(({ requestId, role, case: testCase }) => {
      const prompt = { kind: 'text', text: promptText(testCase.parts) } as const;
      return plannedRequest(generation, { id: requestId, caseId: testCase.id, role, prompt });
    });
    return wavesOf(rows, countOf(level));
  },
  evidenceProblem: (level, counters) => {
    if (level.reference === null) return null;
    const reached = counters['maxInFlight'] ?? counters['maxActiveRows'];
    const wanted = countOf(level);
    if (reached === undefined) return 'The target does not report how many requests were in flight.';
    return reached < wanted ? `${reached} requests were in flight at once and should be ${wanted}.` : null;
  },
});

function countOf({ id, reference }: Level): number {
  return reference === null ? 1 : Number(id.slice('at-once-'.length));
}

function wavesOf(rows: readonly PlannedRequest[], count: number): PlannedRequest[][] {
  return Array.from({ length: Math.ceil(rows.length / count) }, (_, wave) =>
    rows.slice(wave * count, (wave + 1) * count),
  );
}
