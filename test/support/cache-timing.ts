/**
 * A made-up target with a simulated clock, for tests of the timing audit: a first token takes as long as a formula says, and noise
 * beside it. Requests that are sent together are answered one after the other, all of them equally long.
 * @module
 */
import { createRng } from '../../harness/ports/index.ts';
import { executeCacheTiming } from '../../harness/run/index.ts';
import {
  cacheTimingSettings,
  SCHEMA_VERSION,
  type CacheTiming,
  type CacheTimingFindings,
  type LevelJob,
  type TimingAsker,
} from '../../harness/schema/index.ts';
import { cacheTimingFindings, timingJob, timingTrials, type TimingTrial } from '../../suites/cache-timing/index.ts';

export const tokenizer = {
  encode: (text: string): number[] => [...new TextEncoder().encode(text)],
  decode: (ids: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(ids)),
};

export interface MadeUpServer {
  /** Who gets a hit sooner. */
  readonly shares: readonly TimingAsker[];
  readonly missMs?: number;
  readonly hitMs?: number;
  /** Uniform noise, at most. */
  readonly noiseMs?: number;
  /** Told of each request; absent = the server does not tell. */
  readonly cachedTokens?: (trial: TimingTrial) => number;
  /** Fails at these trials. */
  readonly failsAt?: readonly number[];
  readonly knobs?: readonly string[];
  /** Which of several requests is answered first: as sent, or the one whose beginning is in the cache. */
  readonly schedules?: 'arrival' | 'longest-prefix';
}

export const settingsOf = (change: object = {}): CacheTiming['settings'] =>
  cacheTimingSettings.parse({ perArm: 150, promptLength: 64, ...change });

/** All times of an audit of such a server. */
export async function takeTiming(server: MadeUpServer, change: object = {}): Promise<CacheTiming> {
  const settings = settingsOf(change);
  const { shares, missMs = 100, hitMs = 20, noiseMs = 10, failsAt = [] } = server;
  const rng = createRng('cache-timing');
  const trials = timingTrials(settings, rng.fork('order'));
  let now = 0;
  const timeOf = ({ trial, asker, arm }: TimingTrial): number =>
    (arm === 'hit' && shares.includes(asker) ? hitMs : missMs) + rng.fork(`noise-${trial}`).next() * noiseMs;
  let at = 0;
  const taken = await executeCacheTiming({
    timer: {
      lengthUnit: 'tokens',
      timeLevel: ({ waves }) => {
        const trial = trials[at++];
        if (failsAt.includes(trial.trial)) throw new RangeError('gone');
        const cachedTokens = server.cachedTokens?.(trial) ?? null;
        const sent = waves.at(-1)!.map(({ id }) => id);
        const known = trial.arm === 'hit' && shares.includes(trial.asker);
        const order =
          server.schedules === 'longest-prefix' && known ? ['timed', ...sent.filter((id) => id !== 'timed')] : sent;
        return Promise.resolve({
          requests: sent.map((requestId) => ({
            requestId,
            promptTokens: null,
            cachedTokens: requestId === 'timed' ? cachedTokens : 0,
            completionTokens: 1,
            pieceMs: [sent.length === 1 ? timeOf(trial) : (order.indexOf(requestId) + 1) * missMs],
          })),
          counters: {},
          bytes: { kind: 'unsupported', why: 'made up' },
        });
      },
    },
    trials,
    jobFor: (trial): LevelJob =>
      timingJob({ trial, settings, lengthUnit: 'tokens', tokenizer, rng: rng.fork('prompts') }),
    knobs: server.knobs ?? ['cacheSalt'],
    pauseMs: settings.pauseMs,
    clock: { nowMs: () => (now += 0.001), sleep: () => Promise.resolve() },
    signal: new AbortController().signal,
  });
  if (taken === null) throw new Error('nobody interrupts this audit');
  return {
    schemaVersion: SCHEMA_VERSION,
    targetFingerprintSha256: 'a'.repeat(64),
    settings,
    lengthUnit: 'tokens',
    ...taken,
  };
}

type Timed = Extract<CacheTimingFindings, { kind: 'timed' }>;

export function timedFindings(record: CacheTiming): Timed {
  const found = cacheTimingFindings(record);
  if (found.kind !== 'timed') throw new Error(`expected times, got ${found.kind}: ${found.why}`);
  return found;
}
