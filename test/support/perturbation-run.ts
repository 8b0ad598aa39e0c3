/**
 * Runs a perturbation on the reference engine and judges it by the suites: units, observations and rows without a run folder.
 *
 * Parts of the engine may be exchanged (a module of parts), so that a perturbation's positive control is a fault that it must find.
 * @module
 */
import { createRng } from '../../harness/ports/index.ts';
import {
  SCHEMA_VERSION,
  type Case,
  type DeterminismRow,
  type LeakageRow,
  type LevelObservation,
  type Observation,
  type Perturbation,
  type SuiteInput,
  type Target,
  type Unit,
} from '../../harness/schema/index.ts';
import { createReferenceEngineTarget } from '../../harness/targets/reference-engine/target.ts';
import { determinismSuite } from '../../suites/determinism/index.ts';
import { leakageSuite } from '../../suites/leakage/index.ts';
import { inputOf } from './perturbation-sample.ts';

/** Longer than a few pages, so that there is something to share and to move. */
export const longCases = (count: number): Case[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `long-${index}`,
    tags: [],
    parts: [
      {
        label: 'query',
        text: Array.from({ length: 8 }, (_, line) => `topic ${index * 7}, line ${line}: ${line * 37 + index}.`).join(
          ' ',
        ),
      },
    ],
  }));

export interface RunChange {
  readonly cases?: readonly Case[];
  /** A file of test/support/parts, without its ending. */
  readonly fault?: string;
  /** A fault of the fault bench, without its ending. */
  readonly benchFault?: string;
  readonly preset?: 'v4-tiny' | 'v4-tiny-engram';
  readonly maxTokens?: number;
  /** Another target than the engine in this process. */
  readonly target?: Target;
}

export interface PerturbationRun {
  readonly levels: readonly LevelObservation[];
  readonly determinism: readonly DeterminismRow[];
  readonly leakage: readonly LeakageRow[];
}

function partsModuleOf({ fault, benchFault }: RunChange): string | null {
  if (benchFault !== undefined)
    return new URL(`../../suites/fault-bench/faults/${benchFault}.ts`, import.meta.url).href;
  return fault === undefined ? null : new URL(`./parts/${fault}.ts`, import.meta.url).href;
}

function engineTarget(change: RunChange): Target {
  const { preset = 'v4-tiny' } = change;
  return createReferenceEngineTarget({
    id: 'engine',
    checkpoint: { kind: 'seeded', preset, seed: 'evenkeel' },
    precision: 'f32',
    lanes: 1,
    maxBatch: 16,
    chunkSize: 64,
    keyBlock: 64,
    splitPolicy: { kind: 'none' },
    mhcSplitK: { kind: 'none' },
    partsModule: partsModuleOf(change),
  });
}

export async function runPerturbation<Options>(
  perturbation: Perturbation<Options>,
  options: unknown,
  change: RunChange = {},
): Promise<PerturbationRun> {
  const target = change.target ?? engineTarget(change);
  const sample = inputOf(perturbation, change.cases ?? longCases(1), options, target.tokenizer);
  const input = { ...sample, generation: { ...sample.generation, maxTokens: change.maxTokens ?? 8 } };
  const blobs = new Map<string, Uint8Array>();
  const observations: Observation[] = [];
  const units = perturbation.cells(input).map((cell, index): Unit => ({
    id: `u-${String(index).padStart(16, '0')}`,
    perturbation: perturbation.id,
    seed: 'seed',
    ...cell,
  }));
  for (const unit of units) {
    const levels: LevelObservation[] = [];
    for (const level of unit.levels) {
      const job = perturbation.job({ ...input, unit, level });
      const forced = new Map<string, readonly number[]>();
      for (const { id, forcedFromLevel } of job.waves.flat()) {
        const source = levels.find(({ levelId }) => levelId === forcedFromLevel);
        const tokens = source?.requests.find(({ requestId }) => requestId === id)?.tokenIds;
        if (tokens !== undefined) forced.set(id, tokens);
      }
      const result = await target.runLevel(job, { lane: 0, forced });
      for (const { sha256, bytes } of result.blobs) blobs.set(sha256, bytes);
      levels.push(result.record);
    }
    observations.push(observationOf(unit, levels));
  }
  const analysis: SuiteInput = {
    plan: { schemaVersion: SCHEMA_VERSION, planSha256: '0'.repeat(64), units },
    observations,
    perturbations: [perturbation as unknown as Perturbation<never>],
    loadLogits: ({ sha256 }: { readonly sha256: string }) => {
      const bytes = blobs.get(sha256);
      if (bytes === undefined) throw new Error(`no blob ${sha256}`);
      return new Float32Array(bytes.slice().buffer);
    },
    rng: createRng('analysis'),
  };
  return {
    levels: observations.flatMap(({ levels }) => levels),
    determinism: determinismSuite.analyse(analysis),
    leakage: leakageSuite.analyse(analysis),
  };
}

function observationOf(unit: Unit, levels: LevelObservation[]): Observation {
  return {
    schemaVersion: SCHEMA_VERSION,
    unitId: unit.id,
    status: 'ok',
    why: null,
    lane: 0,
    endpoint: null,
    concurrency: { atStart: 1, max: 1 },
    startedAt: '2026-01-01T00:00:00.000Z',
    stoppedAt: null,
    attempts: [{ error: null, durationMs: 0, waitMs: 0 }],
    levels,
  };
}

/** Level, equal of compared in bits, and what is missing. */
export const told = ({ determinism, leakage }: PerturbationRun): unknown[] => [
  ...determinism.map(({ level, bits, text, evidenceProblem }) => [
    level,
    'n' in bits ? `${bits.equal}/${bits.n}` : bits.kind,
    `${text.equal}/${text.n}`,
    evidenceProblem,
  ]),
  ...leakage.map(({ level, contentDependent, sharedPrefix, evidenceProblem }) => [
    level,
    `${contentDependent.equal}/${contentDependent.n}`,
    `${sharedPrefix?.shared ?? '-'}/${sharedPrefix?.requests ?? '-'}`,
    evidenceProblem,
  ]),
];
