/**
 * One job with its times, or why there are none; and the step of the clock that they are taken with.
 * @module
 */
import type { Clock } from '../ports/index.ts';
import { timedLevel, type LevelJob, type LevelTimer, type ProfileSample } from '../schema/index.ts';
import { errorText, recordError } from './execute-unit.ts';

/** Nothing is tried again. @param what - is timed, for the message */
export async function timedSample(job: LevelJob, timer: LevelTimer, what: string): Promise<ProfileSample['result']> {
  try {
    const parsed = timedLevel.safeParse(await timer.timeLevel(job));
    if (parsed.success) return { kind: 'timed', ...parsed.data };
    const [issue] = parsed.error.issues;
    throw recordError(`${what}, ${job.levelId}, ${issue.path.join('.')}`, 'a valid record', issue.message);
  } catch (error) {
    return { kind: 'error', why: errorText(error) };
  }
}

/** Steps that are looked at; the clock of a browser or a virtual machine may have coarse ones. */
const CLOCK_STEPS = 64;
/** Looks at a clock that stands still, before it is said to. */
const CLOCK_LOOKS = 1_000_000;

/** The smallest step that is seen, in milliseconds; 0 = the clock stands still. */
export function clockResolution({ nowMs }: Pick<Clock, 'nowMs'>): number {
  let least = Number.POSITIVE_INFINITY;
  let last = nowMs();
  for (let steps = 0, looks = 0; steps < CLOCK_STEPS && looks < CLOCK_LOOKS; looks++) {
    const now = nowMs();
    if (now === last) continue;
    least = Math.min(least, now - last);
    last = now;
    steps++;
  }
  return Number.isFinite(least) ? least : 0;
}
