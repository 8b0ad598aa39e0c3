/**
 * schedule: requests that are preempted, moved between tiers and resumed, in orders that a seed chooses.
 *
 * At the control the requests run together with room for all. At the other levels there is room for one more than the longest: an old,
 * long request grows while the others already decode, and takes their pages; they come back later. Their prefixes were sent once before, so
 * that pages travel too. When copies complete, who is admitted and who gives way is drawn. No bit of an answer may depend on any of it.
 * @module
 */
import { z } from 'zod';
import type { Level, PerturbationInput, PlannedRequest, ServingKnobs } from '../harness/schema/index.ts';
import { definePerturbation, type CellShape, type Waves } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { filledGroups, membersOf } from './requests/group.ts';
import { leadTokens, pieceTokens, promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const preemption = z.enum(['recompute', 'swap']);
type Preemption = z.output<typeof preemption>;

const scheduleOptions = z.strictObject({
  requests: z.int().min(2).max(32).default(4).describe('Requests that share too few pages.'),
  orders: z.int().min(1).max(64).default(2).describe('Drawn orders for each way of preemption.'),
  delaySteps: z.int().min(0).max(64).default(3).describe('Rounds that each phase of a copy takes at most.'),
  chunk: z.int().min(1).max(4096).default(64).describe('Tokens per chunk: the long request grows by so many a step.'),
  longTokens: z.int().min(1).max(65_536).default(2048).describe('Tokens of the long request at most.'),
  preemptions: z
    .array(preemption)
    .min(1)
    .refine((chosen) => new Set(chosen).size === chosen.length, { error: 'preemptions that are all different' })
    .default(['recompute', 'swap'])
    .describe('What happens to the state of a request that gives way: computed again, or moved to the host.'),
  memoryPrefetch: z
    .boolean()
    .default(false)
    .describe('Also fetch rows of the conditional memory from the host ahead of time; needs a checkpoint with one.'),
});
export type ScheduleOptions = z.output<typeof scheduleOptions>;

const CONTROL: Level = { id: 'none', axis: 'schedule', label: 'room for all', reference: null, promise: 'bit-equal' };

export const schedule = definePerturbation<ScheduleOptions>({
  id: 'schedule',
  title: 'Schedule',
  what: 'Preempts, moves and resumes requests in drawn orders; nothing may change.',
  options: scheduleOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) => {
    const orders = Array.from({ length: options.orders }, (_, at) => at + 1);
    const levels = [CONTROL, ...options.preemptions.flatMap((how) => orders.map((order) => orderLevel(how, order)))];
    return filledGroups(cases, options.requests).map((caseIds) => ({ caseIds, levels }));
  },
  waves,
  knobs: (level, input, cell) => (level.reference === null ? { prefixCache: false } : disturbed(level, input, cell)),
  evidenceProblem: ({ id, reference }, counters) => {
    if (reference === null) return null;
    const preempted = counterProblem(counters, { name: 'preemptions', least: 1, why: 'a request gave way' });
    const moved = counterProblem(counters, { name: 'promotions', least: 1, why: 'a page went away and came back' });
    const swapped = id.startsWith('swap')
      ? counterProblem(counters, { name: 'swaps', least: 1, why: 'the state of a request was moved away' })
      : null;
    return preempted ?? moved ?? swapped;
  },
});

const LABELS: Readonly<Record<Preemption, string>> = { recompute: 'computed again', swap: 'moved to the host' };

function orderLevel(how: Preemption, order: number): Level {
  return {
    id: `${how}-${order}`,
    axis: `schedule/${how}`,
    label: `preempted and ${LABELS[how]}, order ${order}`,
    reference: 'none',
    promise: 'bit-equal',
  };
}

function disturbed({ id }: Level, input: PerturbationInput<ScheduleOptions>, cell: CellShape): ServingKnobs {
  const [how, order] = id.split('-');
  const { options, generation } = input;
  const rows = probesOf(input, cell);
  const longest = Math.max(...rows.map((row) => input.tokenizer.encode(textOf(row)).length));
  return {
    prefixCache: true,
    chunkSize: options.chunk,
    hotTokens: longTokens(input, rows).length + longest + 2 * generation.maxTokens,
    preemption: preemption.parse(how),
    copyDelaySteps: options.delaySteps,
    scheduleSeed: Number(order),
    ...(options.memoryPrefetch ? { memory: 'host', memoryPrefetch: true } : {}),
  };
}

function waves(input: PerturbationInput<ScheduleOptions>, cell: CellShape, level: Level): Waves {
  const probes = probesOf(input, cell);
  if (level.reference === null) return [probes];
  const first = probes.map((row): PlannedRequest => ({ ...row, id: `${row.id}~first`, role: 'mate' }));
  const long: PlannedRequest = {
    ...probes[0],
    id: `${probes[0].id}~long`,
    role: 'mate',
    prompt: { kind: 'tokens', tokenIds: longTokens(input, probes) },
  };
  // the oldest is the long one: the others make room for it
  return [...first.map((row) => [row]), [long, ...probes]];
}

function probesOf({ cases, generation }: PerturbationInput<ScheduleOptions>, cell: CellShape): PlannedRequest[] {
  return membersOf(cases, cell.caseIds).map((member) => {
    const prompt = { kind: 'text', text: promptText(member.case.parts) } as const;
    const id = member.requestId;
    const planned = plannedRequest(generation, { id, caseId: member.case.id, role: member.role, prompt });
    return { ...planned, scoreLastPositions: 0, promptLogits: 'skipped' };
  });
}

const textOf = ({ prompt }: PlannedRequest): string => (prompt.kind === 'text' ? prompt.text : '');

/** All prompts of the group as one; it begins with a line end, so that it shares no prefix with any of them. */
function longTokens(
  { tokenizer, options }: PerturbationInput<ScheduleOptions>,
  rows: readonly PlannedRequest[],
): number[] {
  const own = rows.flatMap((row) => pieceTokens(tokenizer, `\n${textOf(row)}`));
  return [...leadTokens(tokenizer), ...own].slice(0, options.longTokens);
}
