/**
 * cache-policy: the same requests on an empty cache, on a warm one, and after their pages have travelled through the tiers.
 *
 * A unit is a group of cases. At the control each probe runs on a cache that has seen nothing. At the other levels every prompt of the
 * group runs once before (a mate, never compared), in a session that the probes then share; what the probes find is the level:
 *
 * - `warm`: complete blocks of their own prompt, resident.
 * - `host`, `disk`: the same, after the other prompts of the group have pushed them out to the host, or on to the cold tier.
 * - `window-zero`: the sliding window is computed again behind a hit, instead of restored.
 * - `lossy`, `window-approximate`: the cold tier rounds (NVFP4), the window is replayed from too few tokens; drift, by design.
 *
 * Prompt logits are not looked at: they would have to be computed, and nothing would come from the cache.
 * @module
 */
import { z } from 'zod';
import type { Level, PerturbationInput, PlannedRequest, ServingKnobs } from '../harness/schema/index.ts';
import { definePerturbation, type CellShape, type Waves } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { membersOf, plainGroups } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const state = z.enum(['warm', 'host', 'disk', 'window-zero', 'lossy', 'window-approximate']);
type State = z.output<typeof state>;

const cachePolicyOptions = z.strictObject({
  cases: z.int().min(2).max(64).default(4).describe('Cases that share a cache; they push each other out.'),
  states: z
    .array(state)
    .min(1)
    .refine((chosen) => new Set(chosen).size === chosen.length, { error: 'states that are all different' })
    .default(['warm', 'host', 'disk', 'window-zero', 'lossy', 'window-approximate'])
    .describe('States of the cache, compared with an empty one.'),
});
export type CachePolicyOptions = z.output<typeof cachePolicyOptions>;

interface StatePlan {
  readonly label: string;
  readonly promise: Level['promise'];
  readonly knobs: (hotTokens: number) => ServingKnobs;
  /** The counter that shows that the path ran. */
  readonly counter: string;
  readonly why: string;
}

const STATES: Readonly<Record<State, StatePlan>> = {
  warm: {
    label: 'prefix resident',
    promise: 'bit-equal',
    knobs: () => ({}),
    counter: 'hits',
    why: 'a prefix came from the cache',
  },
  host: {
    label: 'prefix back from the host',
    promise: 'bit-equal',
    knobs: (hotTokens) => ({ hotTokens }),
    counter: 'promotions',
    why: 'a page came back from the host',
  },
  disk: {
    label: 'prefix back from the cold tier',
    promise: 'bit-equal',
    knobs: (hotTokens) => ({ hotTokens, warmTier: 'tight', coldTier: 'lossless' }),
    counter: 'restores',
    why: 'a saved state came back from the cold tier',
  },
  'window-zero': {
    label: 'prefix resident, window computed again',
    promise: 'bit-equal',
    knobs: () => ({ windowPolicy: 'zero' }),
    counter: 'replayedTokens',
    why: 'a window was computed again behind a hit',
  },
  lossy: {
    label: 'prefix back from a cold tier in NVFP4',
    promise: 'drift',
    knobs: (hotTokens) => ({ hotTokens, warmTier: 'tight', coldTier: 'nvfp4' }),
    counter: 'restores',
    why: 'a saved state came back from the cold tier',
  },
  'window-approximate': {
    label: 'prefix resident, window from few tokens',
    promise: 'drift',
    knobs: () => ({ windowPolicy: 'bounded-replay' }),
    counter: 'replayedTokens',
    why: 'a window was computed again behind a hit',
  },
};

const CONTROL: Level = {
  id: 'none',
  axis: 'cache-policy',
  label: 'empty cache',
  reference: null,
  promise: 'bit-equal',
};

export const cachePolicy = definePerturbation<CachePolicyOptions>({
  id: 'cache-policy',
  title: 'Cache policy',
  what: 'Asks the same on an empty cache, a warm one, and after pages went through the tiers; where the policy is exact nothing may change.',
  options: cachePolicyOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) => {
    const levels = [CONTROL, ...options.states.map(stateLevel)];
    return plainGroups(cases, options.cases).map((caseIds) => ({ caseIds, levels }));
  },
  waves,
  knobs: (level, input, cell) => {
    const common: ServingKnobs = { prefixCache: level.reference !== null };
    return level.reference === null ? common : { ...common, ...planOf(level).knobs(longestRequest(input, cell)) };
  },
  evidenceProblem: (level, counters) => {
    if (level.reference === null) return null;
    const { counter, why } = planOf(level);
    return counterProblem(counters, { name: counter, least: 1, why });
  },
});

function stateLevel(chosen: State): Level {
  const { label, promise } = STATES[chosen];
  return { id: chosen, axis: `cache-policy/${chosen}`, label, reference: 'none', promise };
}

const planOf = ({ id }: Level): StatePlan => STATES[state.parse(id)];

/** One request a wave: every prompt once, then every probe, in the same order, so that each has been pushed out when it comes again. */
function waves(input: PerturbationInput<CachePolicyOptions>, cell: CellShape, level: Level): Waves {
  const probes = membersOf(input.cases, cell.caseIds).map((member) =>
    request(input, member.requestId, member.case.id, promptText(member.case.parts)),
  );
  const primers = probes.map((probe): PlannedRequest => ({ ...probe, id: `${probe.id}~first`, role: 'mate' }));
  // drift is compared in one context: the control's answer is forced
  const forcedFromLevel = level.promise === 'drift' ? 'none' : null;
  const asked = probes.map((probe) => ({ ...probe, forcedFromLevel }));
  return [...(level.reference === null ? [] : primers), ...asked].map((one) => [one]);
}

function request(
  { generation }: PerturbationInput<CachePolicyOptions>,
  id: string,
  caseId: string,
  text: string,
): PlannedRequest {
  const planned = plannedRequest(generation, { id, caseId, role: 'probe', prompt: { kind: 'text', text } });
  return { ...planned, scoreLastPositions: 0, promptLogits: 'skipped' };
}

/** Room for one request and no more: the next one pushes its pages out. */
function longestRequest(
  { cases, generation, tokenizer }: PerturbationInput<CachePolicyOptions>,
  cell: CellShape,
): number {
  const lengths = membersOf(cases, cell.caseIds).map(
    (member) => tokenizer.encode(promptText(member.case.parts)).length + generation.maxTokens,
  );
  return Math.max(...lengths);
}
