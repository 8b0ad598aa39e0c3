/**
 * prior-content: do the bits of a request depend on what requests BEFORE it said? (cross-request leakage through slots and caches)
 *
 * Two waves in one session: the first is other requests, the second the probes, which take over their slots and pages. At the control
 * the first wave says one thing, at a swap another of equal lengths; the probes are the same. Every prompt carries a canary.
 * @module
 */
import type { Level, PerturbationInput, PlannedRequest } from '../harness/schema/index.ts';
import { distinctCanaries } from './requests/canary.ts';
import {
  anyContent,
  canaryLines,
  contentOf,
  contentOptions,
  otherContent,
  planted,
  type Content,
  type ContentOptions,
} from './requests/content.ts';
import { definePerturbation, type CellShape, type Waves } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { membersOf, plainGroups } from './requests/group.ts';
import { plannedRequest } from './requests/request.ts';

export const priorContent = definePerturbation<ContentOptions>({
  id: 'prior-content',
  title: 'Prior content',
  what: 'Changes what earlier requests of a session said, at equal lengths; no bit of a later request may depend on it.',
  options: contentOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) => {
    const levels = Array.from({ length: options.swaps + 1 }, (_, swap) => swapLevel(swap));
    return plainGroups(cases, options.mates).map((caseIds) => ({ caseIds, levels }));
  },
  waves,
  evidenceProblem: (_level, counters) =>
    counterProblem(counters, {
      name: 'slotReuses',
      least: 1,
      why: 'a probe took over what an earlier request had used',
    }),
});

/** Swap 0 is the control. */
function swapLevel(swap: number): Level {
  return {
    id: swapLevelId(swap),
    axis: 'prior-content',
    label: swap === 0 ? 'after the first content' : `after other content${swap === 1 ? '' : ` ${swap}`}`,
    reference: swap === 0 ? null : 'none',
    promise: 'content-independent',
  };
}

function swapLevelId(swap: number): string {
  if (swap === 0) return 'none';
  return swap === 1 ? 'swap' : `swap-${swap}`;
}

function waves(input: PerturbationInput<ContentOptions>, cell: CellShape, level: Level): Waves {
  const { cases, options, generation, tokenizer, rng } = input;
  const swap = Array.from({ length: options.swaps + 1 }, (_, index) => index).find(
    (index) => swapLevelId(index) === level.id,
  );
  if (swap === undefined) throw new RangeError(`prior-content: no level ${level.id} with these options`);

  const probes = membersOf(cases, cell.caseIds);
  const priorIds = Array.from({ length: options.mates }, (_, row) => `prior-${row}`);
  // The unit is named by its first case, so that the first wave is not the same in every unit.
  const unitLabel = cell.caseIds[0];
  const labels = [
    ...probes.map((probe) => probe.requestId),
    ...Array.from({ length: options.swaps + 1 }, (_, index) =>
      priorIds.map((id) => `${unitLabel}/${id}/${index}`),
    ).flat(),
  ];
  const canaries = distinctCanaries(rng, labels, options.canaryBits);
  const lines = canaryLines(canaries, tokenizer);

  const request = (id: string, role: PlannedRequest['role'], content: Content, index: number): PlannedRequest =>
    plannedRequest(generation, {
      id,
      caseId: content.caseId,
      role,
      prompt: { kind: 'tokens', tokenIds: planted(content, lines[index], tokenizer) },
      canary: canaries[index],
    });

  const source = { cases, unitCaseIds: cell.caseIds };
  const prior = priorIds.map((id, row) => {
    const stream = rng.fork(`content/${unitLabel}/${id}`);
    const first = anyContent(source, stream.fork('0'), tokenizer);
    const content = swap === 0 ? first : otherContent(first, source, stream.fork(String(swap)), tokenizer);
    return request(id, 'mate', content, probes.length + swap * options.mates + row);
  });
  const probed = probes.map((probe, row) => request(probe.requestId, 'probe', contentOf(probe.case, tokenizer), row));
  return [prior, probed];
}
