/**
 * One run folder behind the tests of a config: its units are executed one by one, as their tests come, and judged when the first check
 * is asked for.
 * @module
 */
import {
  analyseAndStore,
  makeManifest,
  newRunId,
  todayOf,
  type Analysis,
  type CliIo,
  type Prepared,
} from '../cli/index.ts';
import { jobFor } from '../plan/index.ts';
import { executePlan } from '../run/index.ts';
import type { Observation, TargetDescription, Unit } from '../schema/index.ts';
import { createRun, type RunFolder, type RunWriter } from '../store/index.ts';

export interface RunSession {
  /** @returns null when the signal was given before it was done */
  execute(unit: Unit, signal: AbortSignal): Promise<Observation | null>;
  /** What was executed so far, judged; no unit can be executed after it. */
  analysis(): Promise<Analysis>;
  close(): Promise<void>;
}

export function createRunSession(prepared: Prepared, io: CliIo): RunSession {
  let opened: Promise<Open> | null = null;
  let analysed: Promise<Analysis> | null = null;
  const open = (): Promise<Open> => (opened ??= openRun(prepared, io));
  return {
    execute: async (unit, signal) => {
      const { writer, description } = await open();
      const { planInput, target } = prepared;
      let observed: Observation | null = null;
      await executePlan({
        plan: { units: [unit] },
        target,
        jobFor: (one, level) => jobFor(planInput, one, level),
        precisionModes: description.capabilities.precisionModes,
        knobs: description.capabilities.knobs ?? [],
        writer: {
          putBlob: (sha256, bytes) => writer.putBlob(sha256, bytes),
          append: (record) => {
            writer.append(record);
            observed = record;
          },
        },
        clock: io.clock,
        signal,
      });
      return observed;
    },
    analysis: () =>
      (analysed ??= open().then(({ run, writer }) => {
        writer.close();
        return analyseAndStore(run, { today: todayOf(io) });
      })),
    close: async () => {
      if (opened !== null && analysed === null) (await opened).writer.close();
      await prepared.target.close();
    },
  };
}

interface Open {
  readonly run: RunFolder;
  readonly writer: RunWriter;
  readonly description: TargetDescription;
}

async function openRun(prepared: Prepared, io: CliIo): Promise<Open> {
  const description = await prepared.target.describe();
  const runId = `${newRunId(prepared, io)}-vitest-${process.pid}`;
  const manifest = await makeManifest({ prepared, description, flags: {}, runId, io });
  const run = createRun(prepared.runsDirectory, { manifest, plan: prepared.plan });
  return { run, writer: run.openWriter(), description };
}
