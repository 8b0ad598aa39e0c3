/**
 * The requests of one cell in one round: the last wave is timed, the waves before it bring the cache into its state.
 *
 * The prompts of a round are its own, from the first token on, so that no target can have them in a prefix cache from the round before.
 * Precisions and tiers of one length and batch get the same prompts: what differs between them is not the text.
 * @module
 */
import type {
  LevelJob,
  LevelTimer,
  PlannedRequest,
  ProfileCell,
  ProfileTier,
  Rng,
  ServingKnobs,
  Tokenizer,
} from '../../harness/schema/index.ts';
import { counterProblem } from '../../perturbations/index.ts';

export interface ProfileJobInput {
  readonly cell: ProfileCell;
  readonly round: number;
  readonly maxTokens: number;
  readonly lengthUnit: LevelTimer['lengthUnit'];
  readonly tokenizer: Tokenizer;
  /** Of the profile; forked by round, length and batch. */
  readonly rng: Rng;
}

/** Room beside each request for the rest of its last page. */
const PAGE_SLACK_TOKENS = 64;
/** Times that other requests fill the resident tier, so that the prompt has been pushed out when it comes again. */
const FILLS: Readonly<Record<ProfileTier, number>> = { none: 0, hot: 0, warm: 1, cold: 2 };

export function profileJob(input: ProfileJobInput): LevelJob {
  const { cell, round } = input;
  const knobs = knobsOf(input);
  const timed = wave(input, 'timed');
  const primers = cell.tier === 'none' ? [] : [timed.map((request) => asMate(request, 'first'))];
  const fillers = Array.from({ length: FILLS[cell.tier] }, (_, fill) =>
    wave(input, `fill-${fill}`).map((request) => asMate(request, 'fill')),
  );
  return {
    unitId: `profile-${round}`,
    levelId: cell.id,
    precision: cell.precision,
    sessions: 'one',
    requestRetry: 'forbidden',
    ...(knobs === null ? {} : { knobs }),
    waves: [...primers, ...fillers, timed],
  };
}

/** What the counters of the timed wave do not show of the cell; null = it was exercised. */
export function tierProblem(
  { tier, batch }: Pick<ProfileCell, 'tier' | 'batch'>,
  counters: Readonly<Record<string, number>>,
): string | null {
  // a target that says nothing of preemptions has none that could be seen
  if ((counters['preemptions'] ?? 0) > 0) return 'requests of the batch gave way to each other';
  switch (tier) {
    case 'none':
      // the token that begins every prompt may be the same one
      return (counters['cachedTokens'] ?? 0) > batch ? 'a part of the prompt came from a cache' : null;
    case 'hot':
      return counterProblem(counters, { name: 'hits', least: batch, why: 'each prompt came from the cache' });
    case 'warm':
      return counterProblem(counters, { name: 'promotions', least: batch, why: 'pages came back from the host' });
    case 'cold':
      return counterProblem(counters, { name: 'restores', least: batch, why: 'states came back from the cold tier' });
  }
}

function knobsOf({ cell, maxTokens }: ProfileJobInput): ServingKnobs | null {
  const { tier, batch, contextLength } = cell;
  const hotTokens = batch * (contextLength + maxTokens + PAGE_SLACK_TOKENS);
  switch (tier) {
    case 'none':
      return null;
    case 'hot':
      return { prefixCache: true };
    case 'warm':
      return { prefixCache: true, hotTokens };
    case 'cold':
      return { prefixCache: true, hotTokens, warmTier: 'tight', coldTier: 'lossless' };
  }
}

function wave(input: ProfileJobInput, purpose: string): PlannedRequest[] {
  const { cell, round, maxTokens } = input;
  const rng = input.rng.fork(`round-${round}/${cell.contextLength}x${cell.batch}/${purpose}`);
  return Array.from({ length: cell.batch }, (_, index) => ({
    id: `${purpose}-${index}`,
    caseId: 'profile',
    role: 'probe' as const,
    prompt: promptOf(input, rng.fork(`request-${index}`)),
    maxTokens,
    temperature: 0,
    seed: 0,
    canary: null,
    scoreLastPositions: 0,
    forcedFromLevel: null,
    promptLogits: 'skipped' as const,
  }));
}

const asMate = (request: PlannedRequest, suffix: string): PlannedRequest => ({
  ...request,
  id: `${request.id}~${suffix}`,
  role: 'mate',
});

/** Short common words: for most tokenizers one token each, with the space before it. */
const WORDS =
  'the of and to in is was for on with as by at from his her not are but had has have they you all one can out up time'.split(
    ' ',
  );

function promptOf({ cell, lengthUnit, tokenizer }: ProfileJobInput, rng: Rng): PlannedRequest['prompt'] {
  const { contextLength } = cell;
  const words = Array.from({ length: contextLength }, () => WORDS[rng.integer(WORDS.length)]);
  if (lengthUnit === 'words') return { kind: 'text', text: words.join(' ') };
  const tokenIds = tokenizer.encode(words.join(' '));
  if (tokenIds.length < contextLength)
    throw new RangeError(`profile: expected at least one token a word, got ${tokenIds.length} of ${contextLength}`);
  return { kind: 'tokens', tokenIds: tokenIds.slice(0, contextLength) };
}
