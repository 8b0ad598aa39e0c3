/**
 * Serving knobs: what a level sets over the target's own configuration. Plain data, so that it can be sent to another thread.
 *
 * A target names the knobs that it can set (`capabilities.knobs`); a level that sets another one makes the unit unsupported. No server
 * with an OpenAI-compatible face has a field for any of them: there, start two servers and compare two runs.
 * @module
 */
export interface ServingKnobs {
  /** Requests in one step at most. */
  readonly maxBatch?: number;
  /** Prompt tokens of one request in one step at most. */
  readonly chunkSize?: number;
  /** Share complete blocks of equal prefixes. */
  readonly prefixCache?: boolean;
  /** Capacity of the resident tier in tokens; pages are whole, so it is at least this. */
  readonly hotTokens?: number;
  /** Room for evicted pages and states on the host; `tight`: a few, so that the others go on to the cold tier. */
  readonly warmTier?: 'ample' | 'tight';
  /**
   * Where pages go that fit nowhere above, and whether all their bits come back. `kept`: lossless, encrypted files that the next session of
   * the level finds. `files`: the same, and they end with their session; what it leaves behind is then looked for.
   */
  readonly coldTier?: 'none' | 'lossless' | 'nvfp4' | 'kept' | 'files';
  /** How a prefix hit gets its sliding window back; `bounded-replay` is approximate. */
  readonly windowPolicy?: 'full' | 'zero' | 'bounded-replay';
  /** What happens to the state of a request that gives way to an older one. */
  readonly preemption?: 'recompute' | 'swap';
  /** Rounds that each phase of a copy between tiers takes at most. */
  readonly copyDelaySteps?: number;
  /** Draws when copies complete, who is admitted and who gives way; absent = the target's own orders. */
  readonly scheduleSeed?: number;
  /** Tokens drafted per step; 0 = no speculative decoding. */
  readonly draftTokens?: number;
  /** Conditional memory. */
  readonly memory?: 'off' | 'resident' | 'host';
  /** Fetch rows of the conditional memory ahead of time. */
  readonly memoryPrefetch?: boolean;
  /** While the requests of each wave are served, and after it, errors are provoked and side routes read: nothing of it may hold their canaries. */
  readonly sideChannels?: boolean;
  /** Another number, another engine: built again over the same weights. */
  readonly engineInstance?: number;
}

/**
 * Names of what a target can set. Fields of a request: `arrival` (requests of a wave arrive one after another, `arrivalStep`),
 * `cacheSalt`, `adapter`, `prefillEvaluation` (produced tokens are read again in one go, `evaluation`), `promptForm` (a prompt is sent
 * as text or as tokens), `promptTruncation` (`truncateTo`) and `stream` (`delivery`).
 */
export type KnobName =
  | keyof ServingKnobs
  | 'arrival'
  | 'cacheSalt'
  | 'adapter'
  | 'prefillEvaluation'
  | 'promptForm'
  | 'promptTruncation'
  | 'stream';

/** The knobs that a level needs. */
export function knobsOf({
  knobs = {},
  waves,
}: {
  readonly knobs?: ServingKnobs;
  readonly waves: readonly (readonly RequestFields[])[];
}): KnobName[] {
  const set = (Object.keys(knobs) as (keyof ServingKnobs)[]).filter((name) => knobs[name] !== undefined);
  const requests = waves.flat();
  const fields = REQUEST_FIELDS.filter(({ asks }) => requests.some(asks)).map(({ name }) => name);
  return [...set, ...fields];
}

/** The fields of a planned request that not every target has. */
interface RequestFields {
  readonly arrivalStep?: number;
  readonly cacheSalt?: string;
  readonly adapter?: string;
  readonly evaluation?: string;
  readonly delivery?: string;
  readonly promptForm?: string;
  readonly truncateTo?: number;
}

const REQUEST_FIELDS: readonly { readonly name: KnobName; readonly asks: (request: RequestFields) => boolean }[] = [
  { name: 'arrival', asks: ({ arrivalStep = 0 }) => arrivalStep > 0 },
  { name: 'cacheSalt', asks: ({ cacheSalt }) => cacheSalt !== undefined },
  { name: 'adapter', asks: ({ adapter }) => adapter !== undefined },
  { name: 'stream', asks: ({ delivery }) => delivery === 'stream' },
  { name: 'promptForm', asks: ({ promptForm }) => promptForm !== undefined },
  { name: 'promptTruncation', asks: ({ truncateTo }) => truncateTo !== undefined },
  { name: 'prefillEvaluation', asks: ({ evaluation }) => evaluation === 'prefill' },
];
