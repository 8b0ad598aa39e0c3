/**
 * The cache of a run, as its config says.
 * @module
 */
import { resolve } from 'node:path';
import { jobFor } from '../plan/index.ts';
import { createUnitCache, type UnitCache } from '../run/index.ts';
import type { TargetDescription } from '../schema/index.ts';
import { openResponseCache, type RunFolder } from '../store/index.ts';
import type { CliIo } from './io.ts';
import type { Prepared } from './prepare.ts';

const DAY_MS = 86_400_000;

export interface RunCacheInput {
  readonly prepared: Pick<Prepared, 'config' | 'directory' | 'planInput'>;
  readonly description: TargetDescription;
  readonly run: Pick<RunFolder, 'id' | 'loadBlob'>;
  readonly io: Pick<CliIo, 'clock'>;
  readonly say: (line: string) => void;
}

export function runCache({ prepared, description, run, io, say }: RunCacheInput): UnitCache {
  const { config, directory, planInput } = prepared;
  const now = (): string => io.clock.isoNow();
  let told = false;
  return createUnitCache({
    store: openResponseCache({
      directory: resolve(directory, config.cache.directory),
      maxAgeMs: config.cache.maxAgeDays * DAY_MS,
      now,
    }),
    targetFingerprintSha256: description.fingerprintSha256,
    runId: run.id,
    jobFor: (unit, level) => jobFor(planInput, unit, level),
    loadBlob: (sha256) => run.loadBlob(sha256),
    now,
    // once: a full disk would say it for every unit
    onProblem: (why) => {
      if (!told) say(`cache: not used where it fails: ${why}`);
      told = true;
    },
  });
}
