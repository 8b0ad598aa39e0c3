/**
 * A measurement without files: plan, execute, analyse, judge, in memory. For tests of a team's own and for benches; a run that is to be
 * kept is a run folder.
 *
 * Memory holds every observation and every blob of the measurement: some cases and levels, not a whole night's plan.
 * @module
 */
import { perturbations } from '../../perturbations/index.ts';
import { judge } from '../gate/index.ts';
import { expandPlan, jobFor, type PlanInput } from '../plan/index.ts';
import { DataError, systemClock, type Clock } from '../ports/index.ts';
import { executePlan } from '../run/index.ts';
import type {
  Case,
  Findings,
  GenerationSettings,
  LogitsBlob,
  Observation,
  Plan,
  Policy,
  Target,
  Verdict,
} from '../schema/index.ts';
import type { IndexedUnit } from '../store/index.ts';
import { findingsFrom, type FindingsInput } from './findings.ts';

export interface MeasureInput {
  /** Not closed afterwards. */
  readonly target: Target;
  readonly cases: readonly Case[];
  /** Options by perturbation id, before their schemas have filled in the defaults. */
  readonly perturbations: Readonly<Record<string, unknown>>;
  readonly generation: GenerationSettings;
  readonly policy: Policy;
  readonly seed: string;
  /** `YYYY-MM-DD`, for waivers; nothing = today. */
  readonly today?: string;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

export interface Measurement {
  readonly plan: Plan;
  /** In plan order, whatever their status. */
  readonly observations: readonly Observation[];
  readonly findings: Findings;
  readonly verdict: Verdict;
}

/**
 * @throws RangeError on a perturbation that does not exist; ZodError on options that its schema refuses; ConfigError where a perturbation
 *   applies to none of the cases
 */
export async function measure(input: MeasureInput): Promise<Measurement> {
  const { target, policy, seed, clock = systemClock, signal = new AbortController().signal } = input;
  const planInput = planInputOf(input);
  const plan = expandPlan(planInput);
  const description = await target.describe();
  const blobs = new Map<string, Uint8Array>();
  const byUnit = new Map<string, Observation>();
  await executePlan({
    plan,
    target,
    jobFor: (unit, level) => jobFor(planInput, unit, level),
    precisionModes: description.capabilities.precisionModes,
    knobs: description.capabilities.knobs ?? [],
    writer: {
      putBlob: (sha256, bytes) => void blobs.set(sha256, bytes),
      append: (record) => void byUnit.set(record.unitId, record),
    },
    clock,
    signal,
  });
  const observations = plan.units.flatMap(({ id }) => byUnit.get(id) ?? []);
  const findings = findingsInMemory(plan, observations, seed, (blob) => floatsOf(blob, blobs));
  const today = input.today ?? clock.isoNow().slice(0, 10);
  const verdict = judge({ findings, policy, planComplete: true, comparison: null, card: description.card, today });
  return { plan, observations, findings, verdict };
}

/** Findings of observations that no log holds: those of a measurement, or a changed view of them. */
export function findingsInMemory(
  plan: Plan,
  observations: readonly Observation[],
  seed: string,
  loadLogits: FindingsInput['loadLogits'],
): Findings {
  const log: FindingsInput['log'] = {
    units: observations.map(entryOf),
    observations: observations.filter(({ status }) => status === 'ok'),
    repeatedUnits: 0,
    unequal: [],
  };
  return findingsFrom({ plan, log, partial: null, seed, loadLogits });
}

function planInputOf(input: MeasureInput): PlanInput {
  const { target, cases, generation, seed } = input;
  return {
    cases,
    perturbations: Object.entries(input.perturbations).map(([id, options]) => {
      const perturbation = perturbations.find((one) => one.id === id);
      if (perturbation === undefined)
        throw new RangeError(
          `measure: expected perturbations among ${perturbations.map((one) => one.id).join(', ')}, got ${id}`,
        );
      return { perturbation, options: perturbation.options.parse(options) };
    }),
    tokenizer: target.tokenizer,
    generation,
    seed,
    targetId: target.id,
  };
}

function entryOf({ unitId, status, why, lane, attempts }: Observation): IndexedUnit {
  return {
    unitId,
    status,
    why,
    lane,
    attempts: attempts.length,
    failedAttempts: attempts.flatMap(({ error }) => error ?? []),
    cachedFrom: null,
    durationMs: attempts.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}

/** Float32 little-endian, as targets write them. */
function floatsOf({ sha256 }: LogitsBlob, blobs: ReadonlyMap<string, Uint8Array>): Float32Array {
  const bytes = blobs.get(sha256);
  if (bytes === undefined)
    throw new DataError({
      code: 'DATA_BLOB_MISSING',
      at: `blob ${sha256}`,
      expected: 'the bytes that an observation names',
      got: 'none',
      hint: 'This is a defect of the target.',
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, at) => view.getFloat32(4 * at, true));
}
