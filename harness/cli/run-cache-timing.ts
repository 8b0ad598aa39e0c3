/**
 * The timing audit of a run: taken after the units, on one lane, and kept beside them.
 * @module
 */
import { cacheTimingFindings } from '../../suites/cache-timing/index.ts';
import type { Findings } from '../schema/index.ts';
import { readCacheTiming, writeCacheTiming, type RunFolder } from '../store/index.ts';
import { note } from './io.ts';
import { TIMED_KINDS, type RunProfileInput } from './run-profile.ts';
import { takeCacheTiming } from './take-cache-timing.ts';
import { counted } from './words.ts';

/** @returns false when it was interrupted: nothing of it is kept */
export async function runCacheTiming({ prepared, description, run, io, signal }: RunProfileInput): Promise<boolean> {
  const settings = prepared.config.cacheTiming;
  const { target } = prepared;
  const { timer } = target;
  // of one machine: what shards would time is not one target
  if (settings === null || timer === undefined || run.manifest.shard !== null || readCacheTiming(run) !== null)
    return true;
  // hits and misses of the owner and of each asker
  const timed = 2 * settings.perArm * (1 + settings.askers.length);
  note(io, `cache timing: ${counted(timed, 'timed request')}`);
  const record = await takeCacheTiming({
    settings,
    timer,
    target,
    description,
    seed: `${prepared.config.seed}/cache-timing`,
    clock: io.clock,
    signal,
    onTrial: (done, of) => {
      if (done % Math.max(1, Math.ceil(of / 10)) === 0) note(io, `cache timing: ${done} of ${of}`);
    },
  });
  if (record === null) return false;
  writeCacheTiming(run, record);
  return true;
}

/** The findings of a run's timing audit; nothing when none was asked for. */
export function cacheTimingPart(run: RunFolder): Pick<Findings, 'cacheTiming'> {
  const record = readCacheTiming(run);
  if (record !== null) return { cacheTiming: cacheTimingFindings(record) };
  const { config, shard, merged, target } = run.manifest;
  const asked: unknown =
    typeof config === 'object' && config !== null && 'cacheTiming' in config ? config.cacheTiming : null;
  if (asked === null) return {};
  if (shard !== null || merged !== null)
    return { cacheTiming: { kind: 'not-measured', why: 'times of shards are not those of one machine' } };
  if (!TIMED_KINDS.includes(target.kind))
    return { cacheTiming: { kind: 'unsupported', why: `a target of kind ${target.kind} is not timed` } };
  return { cacheTiming: { kind: 'not-measured', why: 'the run ended before its timing audit: evenkeel run --resume' } };
}
