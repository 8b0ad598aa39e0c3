/**
 * A made-up target with a simulated clock, for tests of the profile: it takes as long as a formula says.
 * @module
 */
import { createRng } from '../../harness/ports/index.ts';
import { executeProfile } from '../../harness/run/index.ts';
import {
  profileSettings,
  SCHEMA_VERSION,
  type LevelJob,
  type Profile,
  type ProfileFindings,
  type TimedLevel,
} from '../../harness/schema/index.ts';
import { profileCells, profileFindings, profileJob, visitOrder } from '../../suites/profile/index.ts';

export interface MadeUpTarget {
  readonly firstTokenMs: (job: LevelJob, promptTokens: number) => number;
  readonly tokenMs: (job: LevelJob, promptTokens: number) => number;
  readonly counters?: Readonly<Record<string, number>>;
  readonly knobs?: readonly string[];
}

/** One step of the simulated clock. */
export const CLOCK_STEP_MS = 0.001;

const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];

/** All samples of a profile on such a target. */
export async function takeProfile(
  settings: Parameters<typeof profileSettings.parse>[0],
  target: MadeUpTarget,
): Promise<Profile> {
  const full = profileSettings.parse(settings);
  const cells = profileCells(full);
  const rng = createRng('profile');
  let now = 0;
  const taken = await executeProfile({
    timer: { lengthUnit: 'tokens', timeLevel: (job) => Promise.resolve(timed(job, target)) },
    cells,
    rounds: visitOrder(cells, full.warmups + full.repeats, rng.fork('order')),
    warmups: full.warmups,
    jobFor: (cell, round) =>
      profileJob({
        cell,
        round,
        maxTokens: full.maxTokens,
        lengthUnit: 'tokens',
        tokenizer: { encode: bytes, decode: () => '' },
        rng: rng.fork('prompts'),
      }),
    precisionModes: ['f32', 'bf16'],
    knobs: target.knobs ?? ['prefixCache', 'hotTokens', 'warmTier', 'coldTier'],
    clock: { nowMs: () => (now += CLOCK_STEP_MS) },
    signal: new AbortController().signal,
  });
  if (taken === null) throw new Error('nobody interrupts this profile');
  return {
    schemaVersion: SCHEMA_VERSION,
    targetFingerprintSha256: 'a'.repeat(64),
    settings: full,
    lengthUnit: 'tokens',
    cells,
    ...taken,
  };
}

function timed(job: LevelJob, { firstTokenMs, tokenMs, counters = {} }: MadeUpTarget): TimedLevel {
  const wave = job.waves[job.waves.length - 1];
  const requests = wave.map(({ id, prompt, maxTokens }) => {
    const promptTokens = prompt.kind === 'tokens' ? prompt.tokenIds.length : 0;
    const first = firstTokenMs(job, promptTokens);
    const each = tokenMs(job, promptTokens);
    return {
      requestId: id,
      promptTokens,
      cachedTokens: 0,
      completionTokens: maxTokens,
      pieceMs: Array.from({ length: maxTokens }, (_, index) => first + each * index),
    };
  });
  const tokens = requests.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  return {
    requests,
    counters: { ...counters },
    bytes: { kind: 'measured', held: 1000 + 4 * tokens, read: 640, moved: 0 },
  };
}

export function profiled(profile: Profile): Extract<ProfileFindings, { kind: 'profiled' }> {
  const findings = profileFindings(profile);
  if (findings.kind !== 'profiled') throw new Error(`expected a profile, got ${findings.kind}: ${findings.why}`);
  return findings;
}
