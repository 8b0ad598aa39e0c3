/**
 * The requests of one trial: the owner's prompt under its salt, then the timed request under the asker's, alone or among dummies.
 *
 * Before a hit and before a miss the same is sent, so that the two differ in one thing: whether the timed prompt begins as the
 * owner's did. Every prompt of an audit is its own, drawn letter by letter, so that nothing but the owner can have put it into a cache.
 * @module
 */
import type {
  CacheTimingSettings,
  LevelJob,
  LevelTimer,
  PlannedRequest,
  Rng,
  TimingAsker,
  Tokenizer,
} from '../../harness/schema/index.ts';
import type { TimingTrial } from './trials.ts';

export interface TimingJobInput {
  readonly trial: TimingTrial;
  readonly settings: CacheTimingSettings;
  readonly lengthUnit: LevelTimer['lengthUnit'];
  readonly tokenizer: Tokenizer;
  /** Of the audit; forked by trial. */
  readonly rng: Rng;
}

const OWNER = 'owner';
/** The salt that is sent; '' = none. */
const SALTS: Readonly<Record<TimingAsker, string>> = { 'same-salt': OWNER, 'other-salt': 'other', 'no-salt': '' };

/** One-letter words: one token each for most tokenizers, and no text that anybody has sent before. */
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];

export function timingJob(input: TimingJobInput): LevelJob {
  const { trial, settings } = input;
  const { asker, arm } = trial;
  const rng = input.rng.fork(`trial-${trial.trial}`);
  const letters = (label: string): string[] => lettersOf(rng.fork(label), settings.promptLength);
  const [owner, fresh] = [letters('owner'), letters('fresh')];
  const shared = Math.max(1, Math.floor(settings.prefixShare * settings.promptLength));
  const ownerUnits = unitsOf(owner, input);
  const freshUnits = unitsOf(fresh, input);
  const asked = arm === 'hit' ? [...ownerUnits.slice(0, shared), ...freshUnits.slice(shared)] : freshUnits;
  const sent = (id: string, units: Units, cacheSalt: string, role: 'probe' | 'mate'): PlannedRequest => ({
    id,
    caseId: 'cache-timing',
    role,
    prompt: promptOf(units),
    maxTokens: 1,
    temperature: 0,
    seed: 0,
    canary: null,
    scoreLastPositions: 0,
    forcedFromLevel: null,
    promptLogits: 'skipped',
    cacheSalt,
  });
  return {
    unitId: `cache-timing-${trial.trial}`,
    levelId: asker,
    precision: 'target-default',
    sessions: 'one',
    requestRetry: 'forbidden',
    waves: [
      ...Array.from({ length: settings.ownerRequests }, (_, at) => [sent(`owner-${at}`, ownerUnits, OWNER, 'mate')]),
      among(
        sent('timed', asked, SALTS[asker], 'probe'),
        Array.from({ length: settings.dummies }, (_, at) =>
          sent(`dummy-${at}`, unitsOf(letters(`dummy-${at}`), input), SALTS[asker], 'mate'),
        ),
        input.rng.fork(`pair-${trial.pair}`),
      ),
    ],
  };
}

/** The timed request at a drawn place: the same for the hits and misses of a pair, since who is sent first is often answered first. */
function among(timed: PlannedRequest, dummies: readonly PlannedRequest[], rng: Rng): PlannedRequest[] {
  return dummies.toSpliced(rng.integer(dummies.length + 1), 0, timed);
}

/** Words, or tokens. */
type Units = readonly (string | number)[];

function unitsOf(letters: readonly string[], { lengthUnit, tokenizer, settings }: TimingJobInput): Units {
  if (lengthUnit === 'words') return letters;
  const tokenIds = tokenizer.encode(letters.join(' '));
  if (tokenIds.length < settings.promptLength)
    throw new RangeError(`cache timing: expected a token a letter, got ${tokenIds.length} of ${settings.promptLength}`);
  return tokenIds.slice(0, settings.promptLength);
}

function promptOf(units: Units): PlannedRequest['prompt'] {
  const tokenIds = units.filter((unit) => typeof unit === 'number');
  return tokenIds.length === units.length ? { kind: 'tokens', tokenIds } : { kind: 'text', text: units.join(' ') };
}

function lettersOf(rng: Rng, count: number): string[] {
  return Array.from({ length: count }, () => LETTERS[rng.integer(LETTERS.length)]);
}
