/**
 * The timing audit of a protocol: the trials, jobs and rows of a run's, over few times.
 * @module
 */
import { cacheTimingFindings, timingJob, timingTrials } from '../../../suites/cache-timing/index.ts';
import type { Protocol } from '../../../suites/fault-bench/index.ts';
import { createRng, type Clock } from '../../ports/index.ts';
import { executeCacheTiming } from '../../run/index.ts';
import { cacheTimingSettings, SCHEMA_VERSION, type Findings, type Target } from '../../schema/index.ts';

/** Nothing where the protocol times nothing. */
export async function timingPart(
  timing: Protocol['timing'],
  target: Target,
  { seed, clock }: { readonly seed: string; readonly clock: Pick<Clock, 'nowMs' | 'sleep'> },
): Promise<Pick<Findings, 'cacheTiming'>> {
  const { timer } = target;
  if (timing === undefined || timer === undefined) return {};
  const { alpha: _alpha, ...chosen } = timing;
  const settings = cacheTimingSettings.parse(chosen);
  const rng = createRng(`fault-bench/${seed}/cache-timing`);
  const { capabilities, fingerprintSha256 } = await target.describe();
  const taken = await executeCacheTiming({
    timer,
    trials: timingTrials(settings, rng.fork('order')),
    jobFor: (trial) =>
      timingJob({
        trial,
        settings,
        lengthUnit: timer.lengthUnit,
        tokenizer: target.tokenizer,
        rng: rng.fork('prompts'),
      }),
    knobs: capabilities.knobs ?? [],
    pauseMs: settings.pauseMs,
    clock,
    signal: new AbortController().signal,
  });
  if (taken === null) throw new Error('invariant: nobody interrupts the audit of a trial');
  const record = {
    schemaVersion: SCHEMA_VERSION,
    targetFingerprintSha256: fingerprintSha256,
    settings,
    ...taken,
  } as const;
  return { cacheTiming: cacheTimingFindings({ ...record, lengthUnit: timer.lengthUnit }) };
}
