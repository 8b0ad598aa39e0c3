/**
 * The profile of a run: taken after the units, on one lane, and kept beside them.
 * @module
 */
import { profileCells, profileFindings, profileJob, visitOrder } from '../../suites/profile/index.ts';
import { createRng } from '../ports/index.ts';
import { executeProfile } from '../run/index.ts';
import { SCHEMA_VERSION, type Findings, type Profile, type TargetDescription } from '../schema/index.ts';
import { readProfile, writeProfile, type RunFolder } from '../store/index.ts';
import { note, type CliIo } from './io.ts';
import type { Prepared } from './prepare.ts';
import { counted } from './words.ts';

export interface RunProfileInput {
  readonly prepared: Prepared;
  readonly description: TargetDescription;
  readonly run: RunFolder;
  readonly io: CliIo;
  readonly signal: AbortSignal;
}

/** @returns false when it was interrupted: nothing of it is kept */
export async function runProfile({ prepared, description, run, io, signal }: RunProfileInput): Promise<boolean> {
  const settings = prepared.config.profile;
  const { target } = prepared;
  // of one machine: what shards would time is not one target
  if (settings === null || target.timer === undefined || run.manifest.shard !== null || readProfile(run) !== null)
    return true;
  const { timer } = target;
  const cells = profileCells(settings);
  const rng = createRng(`${prepared.config.seed}/profile`);
  const rounds = settings.warmups + settings.repeats;
  note(io, `profile: ${counted(cells.length, 'cell')}, ${counted(rounds, 'round')}`);
  const taken = await executeProfile({
    timer,
    cells,
    rounds: visitOrder(cells, rounds, rng.fork('order')),
    warmups: settings.warmups,
    jobFor: (cell, round) =>
      profileJob({
        cell,
        round,
        maxTokens: settings.maxTokens,
        lengthUnit: timer.lengthUnit,
        tokenizer: target.tokenizer,
        rng: rng.fork('prompts'),
      }),
    precisionModes: description.capabilities.precisionModes,
    knobs: description.capabilities.knobs ?? [],
    clock: io.clock,
    signal,
  });
  if (taken === null) return false;
  const record: Profile = {
    schemaVersion: SCHEMA_VERSION,
    targetFingerprintSha256: description.fingerprintSha256,
    settings,
    lengthUnit: timer.lengthUnit,
    cells,
    ...taken,
  };
  writeProfile(run, record);
  return true;
}

/** The findings of a run's profile; nothing when none was asked for. */
export function profilePart(run: RunFolder): Pick<Findings, 'profile'> {
  const record = readProfile(run);
  if (record !== null) return { profile: profileFindings(record) };
  const { config, shard, merged, target } = run.manifest;
  const asked: unknown = typeof config === 'object' && config !== null && 'profile' in config ? config.profile : null;
  if (asked === null) return {};
  if (shard !== null || merged !== null)
    return { profile: { kind: 'not-measured', why: 'times of shards are not those of one machine' } };
  if (!TIMED_KINDS.includes(target.kind))
    return { profile: { kind: 'unsupported', why: `a target of kind ${target.kind} is not timed` } };
  return { profile: { kind: 'not-measured', why: 'the run ended before its profile: evenkeel run --resume' } };
}

/** Kinds of target that have a timer. */
export const TIMED_KINDS: readonly string[] = ['reference-engine', 'openai-completions', 'openai-chat'];
