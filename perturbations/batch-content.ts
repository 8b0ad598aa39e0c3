/**
 * batch-content: do the bits of a request depend on what the OTHER requests of its batch say? (cross-request leakage)
 *
 * A group runs as one batch. At the control all requests say what their cases say. At `swap-first` the first half of the rows says
 * something else of equal length and the second half is probed; at `swap-second` the other way round. So every case is probed exactly
 * once per swap. Every prompt carries a canary of its own; a foreign canary in an output is a leak of text.
 * Not excluded: mates whose answers end earlier leave the batch earlier. That too is an influence of their content.
 * @module
 */
import type { Level, PerturbationInput } from '../harness/schema/index.ts';
import { distinctCanaries } from './requests/canary.ts';
import {
  canaryLines,
  contentOf,
  contentOptions,
  otherContent,
  planted,
  type ContentOptions,
} from './requests/content.ts';
import { definePerturbation, type CellShape, type Waves } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { filledGroups, membersOf, type Member } from './requests/group.ts';
import { plannedRequest } from './requests/request.ts';

export const batchContent = definePerturbation<ContentOptions>({
  id: 'batch-content',
  title: 'Batch content',
  what: 'Changes what the other requests of a batch say, at equal lengths; no bit of a request may depend on it.',
  options: contentOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) =>
    filledGroups(cases, options.mates + 1).map((caseIds) => {
      const members = membersOf(cases, caseIds);
      const swaps = Array.from({ length: options.swaps }, (_, index) => index + 1);
      const plans = swaps.flatMap((swap) => [
        swapPlan(swap, 'first', members.length),
        swapPlan(swap, 'second', members.length),
      ]);
      // Where a half that is kept holds mates alone there is nothing to compare.
      const useful = plans.filter((plan) =>
        members.some((member, row) => member.role === 'probe' && !plan.replaces(row)),
      );
      return { caseIds, levels: [controlLevel(members.length), ...useful.map((plan) => plan.level)] };
    }),
  waves: (input, cell, level) => [wave(input, cell, level)],
  evidenceProblem: (level, counters) => {
    const rows = Number(/ of (\d+) requests/.exec(level.label)?.[1] ?? 2);
    return counterProblem(counters, {
      name: 'maxActiveRows',
      least: rows,
      why: `the ${rows} requests shared one batch`,
    });
  },
});

type Half = 'first' | 'second';

interface SwapPlan {
  readonly level: Level;
  readonly swap: number;
  readonly replaces: (row: number) => boolean;
}

function controlLevel(rows: number): Level {
  return {
    id: 'none',
    axis: 'batch-content',
    label: `0 of ${rows} requests replaced`,
    reference: null,
    promise: 'content-independent',
  };
}

function swapPlan(swap: number, half: Half, rows: number): SwapPlan {
  const border = Math.floor(rows / 2);
  const count = half === 'first' ? border : rows - border;
  return {
    level: {
      id: swap === 1 ? `swap-${half}` : `swap-${half}-${swap}`,
      axis: 'batch-content',
      label: `${count} of ${rows} requests replaced (${half} half${swap === 1 ? '' : `, content ${swap}`})`,
      reference: 'none',
      promise: 'content-independent',
    },
    swap,
    replaces: (row) => (half === 'first') === row < border,
  };
}

function planOf(level: Level, rows: number): SwapPlan | null {
  if (level.reference === null) return null;
  const [, half, swap] = /^swap-(first|second)(?:-(\d+))?$/.exec(level.id) ?? [];
  if (half !== 'first' && half !== 'second') throw new RangeError(`batch-content: no level ${level.id}`);
  return swapPlan(Number(swap ?? 1), half, rows);
}

function wave(input: PerturbationInput<ContentOptions>, cell: CellShape, level: Level): Waves[number] {
  const { cases, generation, tokenizer, rng } = input;
  const members = membersOf(cases, cell.caseIds);
  const plan = planOf(level, members.length);
  const source = { cases, unitCaseIds: cell.caseIds };
  const { canaries, lines } = plantedCanaries(input, members);
  return members.map((member, row) => {
    const own = contentOf(member.case, tokenizer);
    const replaced = plan?.replaces(row) === true;
    const swap = replaced && plan !== null ? plan.swap : 0;
    const content = replaced
      ? otherContent(own, source, rng.fork(`content/${member.requestId}/${swap}`), tokenizer)
      : own;
    const index = swap * members.length + row;
    return plannedRequest(generation, {
      id: member.requestId,
      caseId: content.caseId,
      role: replaced ? 'mate' : member.role,
      prompt: { kind: 'tokens', tokenIds: planted(content, lines[index], tokenizer) },
      canary: canaries[index],
    });
  });
}

/** All canaries of the unit at once, own ones first, then those of each swap: they must differ and be equally long. */
function plantedCanaries(input: PerturbationInput<ContentOptions>, members: readonly Member[]) {
  const swaps = Array.from({ length: input.options.swaps + 1 }, (_, swap) => swap);
  const labels = swaps.flatMap((swap) => members.map((member) => `${member.requestId}/${swap}`));
  const canaries = distinctCanaries(input.rng, labels, input.options.canaryBits);
  return { canaries, lines: canaryLines(canaries, input.tokenizer) };
}
