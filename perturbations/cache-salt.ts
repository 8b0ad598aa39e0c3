/**
 * cache-salt: prefixes are shared inside a salt and nowhere else, wherever the pages lie.
 *
 * In every level an owner sends a prompt under its salt, then somebody sends the same prompt: under the same salt (`same-salt`: it has
 * to hit), or under another one, without any, or for another adapter (nothing may come from the cache, and no bit may change). Last
 * the owner asks again and has to hit: without that a cache that is off would pass. At the control the owner has sent something else of
 * equal length. Where the pages lie: `warm` (resident), `host` and `disk` (others have pushed them out), `second-turn` (the owner's
 * second request, which begins with the first), `restart` (in the cold tier that the session before has left; each request has a session of
 * its own), `crowd` (among the blocks of many unlike prompts, which finds keys that are too short).
 * @module
 */
import { z } from 'zod';
import type { Level, PerturbationInput, PlannedRequest, Rng, ServingKnobs } from '../harness/schema/index.ts';
import { contentOf, otherContent, type Content } from './requests/content.ts';
import { definePerturbation, type CellShape, type Waves } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { leadTokens } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const asker = z.enum(['other-salt', 'no-salt', 'other-adapter', 'adapter-like-salt']);
const state = z.enum(['warm', 'host', 'disk', 'second-turn', 'restart', 'crowd']);
type Asker = z.output<typeof asker> | 'same-salt';
type State = z.output<typeof state>;

const different = (values: readonly string[]): boolean => new Set(values).size === values.length;

const cacheSaltOptions = z.strictObject({
  askers: z
    .array(asker)
    .min(1)
    .refine(different, { error: 'askers that are all different' })
    .default(['other-salt', 'no-salt', 'other-adapter', 'adapter-like-salt'])
    .describe("Who asks for the owner's prompt, beside the same salt; an endpoint knows no adapters."),
  states: z
    .array(state)
    .min(1)
    .refine(different, { error: 'states that are all different' })
    .default(['warm', 'host', 'disk', 'second-turn', 'restart'])
    .describe("Where the owner's pages lie; an endpoint knows `warm`, `second-turn` and `crowd`."),
  crowd: z
    .int()
    .min(2)
    .max(4096)
    .default(700)
    .describe('Unlike prompts of state `crowd`: 700 find a key of 16 bits with a probability of 0.97.'),
  crowdTokens: z.int().min(1).max(4096).default(65).describe('Tokens of each of them: one more than a page.'),
});
export type CacheSaltOptions = z.output<typeof cacheSaltOptions>;

interface StatePlan {
  readonly label: string;
  /** The counter that shows that the owner's pages came from there. */
  readonly counter: string;
  readonly why: string;
  readonly knobs: (hotTokens: number) => ServingKnobs;
}

const HIT = {
  counter: 'cachedTokens',
  why: 'a prefix was shared at all; with the cache off isolation is not applicable',
};

const STATES: Readonly<Record<State, StatePlan>> = {
  warm: { ...HIT, label: 'resident', knobs: () => ({}) },
  host: {
    label: 'back from the host',
    counter: 'promotions',
    why: 'a page came back from the host',
    knobs: (hotTokens) => ({ hotTokens }),
  },
  disk: {
    label: 'back from the cold tier',
    counter: 'restores',
    why: 'a saved state came back from the cold tier',
    // a store that is asked by key, as one over many sessions is
    knobs: (hotTokens) => ({ hotTokens, warmTier: 'tight', coldTier: 'kept' }),
  },
  'second-turn': { ...HIT, label: 'second turn', knobs: () => ({}) },
  restart: {
    label: 'after a restart',
    counter: 'keptFound',
    why: 'a block came from the cold tier of an earlier session',
    knobs: () => ({ coldTier: 'kept' }),
  },
  crowd: { ...HIT, label: 'among many prompts', knobs: () => ({}) },
};

const ASKERS: Readonly<Record<Asker, string>> = {
  'same-salt': 'same salt',
  'other-salt': 'another salt',
  'no-salt': 'no salt',
  'other-adapter': 'another adapter',
  'adapter-like-salt': 'no salt, and an adapter of its name',
};

const CONTROL: Level = {
  id: 'none',
  axis: 'cache-salt',
  label: 'nobody has sent the prompt',
  reference: null,
  promise: 'bit-equal',
};

export const cacheSalt = definePerturbation<CacheSaltOptions>({
  id: 'cache-salt',
  title: 'Prefix-cache salt',
  what: 'Sends a prompt that another one has sent before, under the same salt and under others; only the same salt may share, and no bit may change.',
  options: cacheSaltOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) => {
    const askers: readonly Asker[] = ['same-salt', ...options.askers];
    const levels = [CONTROL, ...options.states.flatMap((where) => askers.map((who) => saltLevel(who, where)))];
    return cases.map((testCase) => ({ caseIds: [testCase.id], levels }));
  },
  waves,
  knobs: (level, input, cell) =>
    level.reference === null ? {} : STATES[partsOf(level).where].knobs(longestRequest(input, cell)),
  evidenceProblem: (level, counters) => {
    if (level.reference === null) return null;
    const { who, where } = partsOf(level);
    const { counter, why } = STATES[where];
    const hit = counterProblem(counters, { name: HIT.counter, least: 1, why: HIT.why });
    // entries without a salt outlive a level: on a server that was not emptied they may be our own
    const emptied =
      who === 'no-salt'
        ? counterProblem(counters, { name: 'emptyCaches', least: 1, why: 'the cache was empty when the level began' })
        : null;
    return hit ?? emptied ?? counterProblem(counters, { name: counter, least: 1, why });
  },
  sessions: (level) => (level.id.endsWith('.restart') ? 'one-per-wave' : 'one'),
  owesCachedTokens: ({ id }, requestId) => id.endsWith('.restart') && requestId.endsWith('~again'),
  owesNoCachedTokens: ({ promise }, requestId) =>
    promise === 'content-independent' && !OWN_PREFIX.some((end) => requestId.endsWith(end)),
});

/** Requests of the owner that find what it has sent itself. */
const OWN_PREFIX = ['~second', '~again'];

function saltLevel(who: Asker, where: State): Level {
  return {
    id: `${who}.${where}`,
    axis: `cache-salt/${where}`,
    label: `${ASKERS[who]}, ${STATES[where].label}`,
    reference: 'none',
    promise: who === 'same-salt' ? 'bit-equal' : 'content-independent',
  };
}

function partsOf({ id }: Level): { readonly who: Asker; readonly where: State } {
  const [who, where] = id.split('.');
  return { who: who === 'same-salt' ? who : asker.parse(who), where: state.parse(where) };
}

type AskerFields = Pick<PlannedRequest, 'cacheSalt' | 'adapter'>;

const OWNER: AskerFields = { cacheSalt: 'owner' };

const FIELDS: Readonly<Record<Asker, AskerFields>> = {
  'same-salt': OWNER,
  'other-salt': { cacheSalt: 'other' },
  'no-salt': { cacheSalt: '' },
  'other-adapter': { ...OWNER, adapter: 'other' },
  'adapter-like-salt': { cacheSalt: '', adapter: 'owner' },
};

/** Enough prompts of the same length to push a page out of a tier that has room for one, and on. */
const PUSHERS = 3;

interface Texts {
  /** What is asked for by both. */
  readonly asked: readonly number[];
  /** Its first part: the first turn. */
  readonly first: readonly number[];
  /** Other content, equally long. */
  readonly other: (label: string) => readonly number[];
}

/** One request a wave. */
function waves(input: PerturbationInput<CacheSaltOptions>, cell: CellShape, level: Level): Waves {
  const testCase = onlyCase(input.cases, cell.caseIds);
  const texts = textsOf(input, contentOf(testCase, input.tokenizer));
  const { who, where } =
    level.reference === null ? { who: 'other-salt' as const, where: 'warm' as const } : partsOf(level);
  const request = (end: string, tokenIds: readonly number[], fields: AskerFields): PlannedRequest => {
    const role = end === '' ? 'probe' : 'mate';
    const prompt = { kind: 'tokens', tokenIds } as const;
    const planned = plannedRequest(input.generation, { id: `${testCase.id}${end}`, caseId: testCase.id, role, prompt });
    return { ...planned, ...fields, scoreLastPositions: 0, promptLogits: 'skipped' };
  };
  const asked = request('', texts.asked, FIELDS[who]);
  const again = request('~again', texts.asked, OWNER);
  if (level.reference === null) return [[request('~owner', texts.other('owner'), OWNER)], [asked], [again]];
  const owner = request('~owner', texts.asked, OWNER);
  switch (where) {
    case 'warm':
    case 'restart':
      return [[owner], [asked], [again]];
    case 'host':
    case 'disk': {
      const pushers = Array.from({ length: PUSHERS }, (_, at) =>
        request(`~pusher-${at}`, texts.other(`pusher-${at}`), { cacheSalt: `pusher-${at}` }),
      );
      return [[owner], ...pushers.map((one) => [one]), [asked], ...pushers.map((one) => [after(one)]), [again]];
    }
    case 'second-turn':
      // whoever asks has been here before, with something else
      return [
        [request('~first', texts.first, OWNER)],
        [request('~second', texts.asked, OWNER)],
        [request('~before', texts.other('before'), FIELDS[who])],
        [asked],
        [again],
      ];
    case 'crowd':
      // the owner asks before the crowd: so many states have no room, and it would find nothing after it
      return [[owner], [again], crowdOf(input, request), [asked]];
  }
}

/** The same pusher once more, under a salt of its own, so that it needs room again. */
function after(pusher: PlannedRequest): PlannedRequest {
  return { ...pusher, id: `${pusher.id}-after`, cacheSalt: `${pusher.cacheSalt ?? ''}-after` };
}

function crowdOf(
  { options, rng }: PerturbationInput<CacheSaltOptions>,
  request: (end: string, tokenIds: readonly number[], fields: AskerFields) => PlannedRequest,
): PlannedRequest[] {
  return Array.from({ length: options.crowd }, (_, at) => {
    const tokens = printable(rng.fork(`crowd/${at}`), options.crowdTokens);
    return { ...request(`~crowd-${at}`, tokens, { cacheSalt: 'crowd' }), maxTokens: 1 };
  });
}

/** Code points of printable ASCII: a text for every tokenizer that cuts bytes or characters. */
function printable(rng: Rng, count: number): number[] {
  return Array.from({ length: count }, () => 33 + rng.integer(94));
}

function textsOf({ cases, tokenizer, rng }: PerturbationInput<CacheSaltOptions>, content: Content): Texts {
  const lead = leadTokens(tokenizer);
  const asked = [...lead, ...content.before, ...content.after];
  const source = { cases, unitCaseIds: [content.caseId] };
  return {
    asked,
    first: asked.slice(0, Math.max(1, Math.ceil(asked.length * FIRST_TURN_SHARE))),
    other: (label) => {
      const other = otherContent(content, source, rng.fork(`${content.caseId}/${label}`), tokenizer);
      return [...lead, ...other.before, ...other.after];
    },
  };
}

const FIRST_TURN_SHARE = 0.6;

/** Room for one request and no more. */
function longestRequest(
  { cases, generation, tokenizer }: PerturbationInput<CacheSaltOptions>,
  cell: CellShape,
): number {
  const { before, after: rest } = contentOf(onlyCase(cases, cell.caseIds), tokenizer);
  return leadTokens(tokenizer).length + before.length + rest.length + generation.maxTokens;
}
