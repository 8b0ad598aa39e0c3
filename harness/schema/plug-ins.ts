/**
 * The four plug-in shapes: Target, Perturbation, Suite, Reporter. A registry is an explicit array of them in tree order.
 * @module
 */
import type { z } from 'zod';
import type { Case } from './case.ts';
import type { Findings } from './finding.ts';
import type { TargetDescription } from './manifest.ts';
import type { LevelObservation, LogitsBlob, Observation, RequestObservation } from './observation.ts';
import type { Level, LevelJob, Plan, Unit } from './plan.ts';
import type { TimedLevel } from './profile.ts';

/** Draws reproducible numbers; forks are by label, never by call order. Implemented in harness/ports. */
export interface Rng {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  fork(label: string): Rng;
}

/** Text to token ids and back, as the target does it. */
export interface Tokenizer {
  encode(text: string): number[];
  decode(tokenIds: readonly number[]): string;
}

/** A level's result as the target gives it: the record, and the bytes of the blobs that the record names. */
export interface LevelResult {
  readonly record: LevelObservation;
  readonly blobs: readonly { readonly sha256: string; readonly bytes: Uint8Array }[];
}

export interface Target {
  readonly id: string;
  /** How many units can run at once without sharing an endpoint. A unit stays on one lane. */
  readonly lanes: number;
  readonly tokenizer: Tokenizer;
  describe(): Promise<TargetDescription>;
  /** Where a lane sends its requests, for the record; absent or null = this process. */
  endpoint?(lane: number): string | null;
  /**
   * Runs one level of a unit. `forced` holds, by request id, the tokens to score (from `forcedFromLevel`).
   * @throws TargetError when the target cannot be reached or refuses; the unit is then redone whole or recorded as an error
   */
  runLevel(
    job: LevelJob,
    options: { lane: number; forced: ReadonlyMap<string, readonly number[]> },
  ): Promise<LevelResult>;
  /** For the profile; absent = its times would be those of no model. */
  readonly timer?: LevelTimer;
  close(): Promise<void>;
}

export interface LevelTimer {
  /** What the length of a prompt counts: `words` where only a server knows its tokens. */
  readonly lengthUnit: 'tokens' | 'words';
  /**
   * Runs a job whose last wave is timed; the waves before it bring the cache into its state.
   * @throws TargetError
   */
  timeLevel(job: LevelJob): Promise<TimedLevel>;
}

export interface GenerationSettings {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  readonly scoreLastPositions: number;
}

/** A unit before it has an id. */
export type Cell = Pick<Unit, 'caseIds' | 'levels' | 'cost'>;

export interface PerturbationInput<Options> {
  readonly cases: readonly Case[];
  readonly options: Options;
  readonly generation: GenerationSettings;
  readonly tokenizer: Tokenizer;
  readonly rng: Rng;
}

export interface Perturbation<Options = unknown> {
  readonly id: string;
  readonly title: string;
  /** One sentence: what it changes and what must not change by it. */
  readonly what: string;
  readonly options: z.ZodType<Options>;
  /** Splits the cases into cells; pure and in a fixed order. */
  cells(input: PerturbationInput<Options>): Cell[];
  /** Makes the requests of one level again; pure: equal arguments, equal job. */
  job(input: PerturbationInput<Options> & { readonly unit: Unit; readonly level: Level }): LevelJob;
  /**
   * What a level's counters, and where these cannot say it its requests, must show for it to have exercised its path; returns the
   * problem in words, or null.
   */
  evidenceProblem(
    level: Level,
    counters: Readonly<Record<string, number>>,
    requests?: readonly RequestObservation[],
  ): string | null;
  /** At a `content-independent` level: nothing of this request's prompt may come from a cache, since only others have sent it. */
  owesNoCachedTokens?(level: Level, requestId: string): boolean;
  /** What this request's own sender has put into a cache that kept it has to come from there. */
  owesCachedTokens?(level: Level, requestId: string): boolean;
}

export interface SuiteInput {
  readonly plan: Plan;
  /**
   * One per observed unit, all with status ok, in plan order. Each is read when it is asked for and forgotten by the reader: a suite
   * keeps what it has counted, never the observation.
   */
  readonly observations: Iterable<Observation>;
  readonly perturbations: readonly Perturbation<never>[];
  /** [rows, cols] float32 of a blob; throws DataError when it is missing or its digest is wrong. */
  loadLogits(blob: LogitsBlob): Float32Array;
  readonly rng: Rng;
}

export interface Suite<Row> {
  readonly id: 'determinism' | 'drift' | 'leakage';
  readonly title: string;
  /** What it can show, and what it cannot. */
  readonly what: string;
  analyse(input: SuiteInput): Row[];
}

export interface ReportInput<ViewModel> {
  readonly view: ViewModel;
}

export interface Reporter<ViewModel> {
  readonly id: string;
  /** File name in the run folder. */
  readonly fileName: string;
  render(view: ViewModel): string;
}

export type { Findings };
