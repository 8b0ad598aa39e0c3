/**
 * The timing audit of a protocol: that of a run, over few times.
 * @module
 */
import { cacheTimingFindings } from '../../../suites/cache-timing/index.ts';
import type { Protocol } from '../../../suites/fault-bench/index.ts';
import type { Clock } from '../../ports/index.ts';
import { cacheTimingSettings, type Findings, type Target } from '../../schema/index.ts';
import { takeCacheTiming } from '../take-cache-timing.ts';

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
  const taken = await takeCacheTiming({
    settings,
    timer,
    target,
    description: await target.describe(),
    seed: `fault-bench/${seed}/cache-timing`,
    clock,
    signal: new AbortController().signal,
  });
  if (taken === null) throw new Error('invariant: nobody interrupts the audit of a trial');
  return { cacheTiming: cacheTimingFindings(taken) };
}
