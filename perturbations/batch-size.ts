/**
 * batch-size: the same requests alone and in batches, with ragged and with equal lengths, and in other rows of the batch.
 *
 * At size k a group runs as successive full waves of k requests. Nothing that should matter changes: every request owes the bits
 * that it had alone. `equal` cuts every prompt of the group to the shortest length in tokens (the end is kept), since padding is
 * where batched kernels go wrong first. The row-position levels submit the largest batch in rotated order.
 * A wave that the probes do not fill is filled with mates, so that every probe is seen at every size.
 * @module
 */
import { z } from 'zod';
import type { Level, PerturbationInput, PlannedRequest } from '../harness/schema/index.ts';
import { definePerturbation, type CellShape, type Waves } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { filledGroups, membersOf, type Member } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const lengths = z.enum(['ragged', 'equal']);
type Lengths = z.output<typeof lengths>;

const batchSizeOptions = z.strictObject({
  sizes: z
    .array(z.int().min(1).max(64))
    .min(2)
    .refine((sizes) => sizes.includes(1) && new Set(sizes).size === sizes.length, {
      error: 'sizes that are all different and include 1',
      params: { hint: 'Size 1 is the control that the others are compared with.' },
    })
    .default([1, 2, 4, 8, 16])
    .describe('Requests per wave; 1 is the control.'),
  lengths: z
    .array(lengths)
    .min(1)
    .refine((chosen) => new Set(chosen).size === chosen.length, { error: 'lengths that are all different' })
    .default(['ragged', 'equal'])
    .describe('Mates with prompts of other lengths, or of the same length.'),
  rowPositions: z.boolean().default(true).describe('Also submit the largest batch in rotated order.'),
});
export type BatchSizeOptions = z.output<typeof batchSizeOptions>;

export const batchSize = definePerturbation<BatchSizeOptions>({
  id: 'batch-size',
  title: 'Batch size',
  what: 'Sends the same requests alone, in batches, and in other rows of the batch; nothing may change.',
  options: batchSizeOptions,
  // at size 1 there are many waves, at size 16 one: shared slots would compare histories, not batch sizes
  sessions: () => 'one-per-wave',
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) => {
    const levels = levelPlans(options).map((plan) => plan.level);
    return filledGroups(cases, largestSize(options)).map((caseIds) => ({ caseIds, levels }));
  },
  waves: (input, cell, level) => {
    const plan = levelPlans(input.options).find((candidate) => candidate.level.id === level.id);
    if (plan === undefined) throw new RangeError(`batch-size: no level ${level.id} with these options`);
    return wavesOf(input, cell, plan);
  },
  evidenceProblem: (level, counters) => {
    const size = Number(
      /^size-(\d+)-/.exec(level.axis === 'row-position' ? (level.reference ?? '') : level.id)?.[1] ?? 1,
    );
    return counterProblem(counters, { name: 'maxActiveRows', least: size, why: `${size} requests ran in one batch` });
  },
});

interface LevelPlan {
  readonly level: Level;
  readonly size: number;
  readonly lengths: Lengths;
  /** The first request submitted is this many places on. */
  readonly rotation: number;
}

function levelPlans(options: BatchSizeOptions): LevelPlan[] {
  const sizes = options.sizes.toSorted((a, b) => a - b);
  const plans = options.lengths.flatMap((chosen) =>
    sizes.map((size): LevelPlan => ({ level: sizeLevel(size, chosen), size, lengths: chosen, rotation: 0 })),
  );
  if (!options.rowPositions) return plans;
  const size = largestSize(options);
  const chosen: Lengths = options.lengths.includes('ragged') ? 'ragged' : 'equal';
  const rotations = [...new Set([1, Math.floor(size / 2)])];
  return [
    ...plans,
    ...rotations.map((rotation) => ({
      level: rowLevel(rotation, sizeLevel(size, chosen)),
      size,
      lengths: chosen,
      rotation,
    })),
  ];
}

function sizeLevel(size: number, chosen: Lengths): Level {
  return {
    id: `size-${size}-${chosen}`,
    axis: `batch-size/${chosen}`,
    label: `${size} ${size === 1 ? 'request' : 'requests'}, ${chosen} lengths`,
    reference: size === 1 ? null : `size-1-${chosen}`,
    promise: 'bit-equal',
  };
}

function rowLevel(rotation: number, reference: Level): Level {
  return {
    id: `row-${rotation}`,
    axis: 'row-position',
    label: `${reference.label}, rows rotated by ${rotation}`,
    reference: reference.id,
    promise: 'bit-equal',
  };
}

function largestSize(options: BatchSizeOptions): number {
  return Math.max(...options.sizes);
}

function wavesOf(input: PerturbationInput<BatchSizeOptions>, cell: CellShape, plan: LevelPlan): Waves {
  const members = membersOf(input.cases, cell.caseIds);
  const prompts = promptsOf(input, members, plan.lengths);
  const rows = members.map((member, index) => request(input, member, prompts[index]));
  const inOrder = [...rows.slice(plan.rotation), ...rows.slice(0, plan.rotation)];
  const waves: PlannedRequest[][] = [];
  for (let start = 0; start < inOrder.length; start += plan.size) {
    const wave = inOrder.slice(start, start + plan.size);
    for (let fill = 0; wave.length < plan.size; fill++) {
      const filler = inOrder[fill];
      wave.push({ ...filler, id: `${filler.id}~fill`, role: 'mate', scoreLastPositions: 0 });
    }
    // A wave of mates alone compares nothing.
    if (wave.some((row) => row.role === 'probe')) waves.push(wave);
  }
  return waves;
}

function promptsOf(
  input: PerturbationInput<BatchSizeOptions>,
  members: readonly Member[],
  chosen: Lengths,
): PlannedRequest['prompt'][] {
  const texts = members.map((member) => promptText(member.case.parts));
  if (chosen === 'ragged') return texts.map((text) => ({ kind: 'text', text }));
  const tokens = texts.map((text) => input.tokenizer.encode(text));
  const shortest = Math.min(...tokens.map((ids) => ids.length));
  return tokens.map((ids) => ({ kind: 'tokens', tokenIds: ids.slice(ids.length - shortest) }));
}

function request(
  input: PerturbationInput<BatchSizeOptions>,
  member: Member,
  prompt: PlannedRequest['prompt'],
): PlannedRequest {
  return plannedRequest(input.generation, { id: member.requestId, caseId: member.case.id, role: member.role, prompt });
}
