/**
 * One unit on one lane: its levels in order, each with the tokens that an earlier level of the unit produced.
 *
 * Blobs are stored as soon as their level is done, and so before the line that names them. Errors of the target are values here
 * (the run goes on without the unit); errors of the store are thrown (a run that cannot write must stop).
 * @module
 */
import { DataError, TargetError } from '../ports/index.ts';
import {
  blobDigests,
  knobsOf,
  levelObservation,
  type Level,
  type LevelJob,
  type LevelObservation,
  type LevelResult,
  type Target,
  type Unit,
} from '../schema/index.ts';

export interface ExecuteUnitInput {
  readonly target: Pick<Target, 'runLevel'>;
  readonly unit: Unit;
  readonly lane: number;
  /** The requests of a level, made again from the plan's input. */
  readonly jobFor: (unit: Unit, level: Level) => LevelJob;
  /** What the target can be asked for; a level outside it makes the unit `unsupported`. */
  readonly precisionModes: readonly string[];
  /** Serving knobs that a level can set; absent = none. */
  readonly knobs?: readonly string[];
  readonly putBlob: (sha256: string, bytes: Uint8Array) => void;
  readonly signal: AbortSignal;
}

export type UnitOutcome =
  | { readonly kind: 'ok'; readonly levels: LevelObservation[] }
  | { readonly kind: 'unsupported'; readonly why: string }
  /** `transient`: of the transport, so that another attempt may go better. */
  | {
      readonly kind: 'error';
      readonly why: string;
      readonly transient: boolean;
      /** The wait that the target asks for; null = it does not say. */
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: 'aborted' };

/** Codes of a target that understood and will say the same again. */
const PERMANENT_CODES: ReadonlySet<string> = new Set(['TARGET_REFUSED', 'TARGET_NOT_FINITE', 'TARGET_RECORD_INVALID']);

/** @throws whatever `putBlob` throws */
export async function executeUnit(input: ExecuteUnitInput): Promise<UnitOutcome> {
  const { unit, lane, signal } = input;
  const levels: LevelObservation[] = [];
  for (const level of unit.levels) {
    if (signal.aborted) return { kind: 'aborted' };
    let result: LevelResult;
    try {
      const job = input.jobFor(unit, level);
      if (job.precision !== 'target-default' && !input.precisionModes.includes(job.precision)) {
        const known = input.precisionModes.join(', ') || 'none';
        return {
          kind: 'unsupported',
          why: `level ${level.id} needs precision ${job.precision}; the target has ${known}`,
        };
      }
      const missing = knobsOf(job).filter((name) => !(input.knobs ?? []).includes(name));
      if (missing.length > 0)
        return { kind: 'unsupported', why: `level ${level.id} sets ${missing.join(', ')}; the target cannot` };
      const answer = await untilAborted(
        input.target.runLevel(job, { lane, forced: forcedTokens(job, levels) }),
        signal,
      );
      if (answer === null) return { kind: 'aborted' };
      checkResult(answer, job);
      result = answer;
    } catch (error) {
      const retryAfterMs = (error instanceof TargetError ? error.problem.retryAfterMs : undefined) ?? null;
      const why = `level ${level.id}: ${errorText(error)}`;
      return { kind: 'error', why, transient: isTransient(error), retryAfterMs };
    }
    for (const { sha256, bytes } of result.blobs) input.putBlob(sha256, bytes);
    levels.push(result.record);
  }
  return { kind: 'ok', levels };
}

/** The tokens of the request of the same id at the level that a request names. */
function forcedTokens(job: LevelJob, done: readonly LevelObservation[]): Map<string, readonly number[]> {
  const forced = new Map<string, readonly number[]>();
  for (const { id, forcedFromLevel } of job.waves.flat()) {
    if (forcedFromLevel === null) continue;
    const source = done.find(({ levelId }) => levelId === forcedFromLevel);
    if (source === undefined)
      throw new RangeError(`request ${id} forces the tokens of level ${forcedFromLevel}, which has not run before`);
    const request = source.requests.find(({ requestId }) => requestId === id);
    if (request === undefined)
      throw new RangeError(`request ${id} forces the tokens of level ${forcedFromLevel}, which has no such request`);
    forced.set(id, request.tokenIds);
  }
  return forced;
}

/** A target is a plug-in: what it returns is checked like a file. */
function checkResult({ record, blobs }: LevelResult, job: LevelJob): void {
  const parsed = levelObservation.safeParse(record);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw recordError(`level ${job.levelId}, ${issue.path.join('.')}`, 'a valid record', issue.message);
  }
  const asked = job.waves.flat().map(({ id }) => id);
  const answered = record.requests.map(({ requestId }) => requestId);
  if (record.levelId !== job.levelId || asked.join('\n') !== answered.join('\n'))
    throw recordError(
      `level ${job.levelId}`,
      `an answer to each of its ${asked.length} requests, in order`,
      `level ${record.levelId} with ${answered.length}`,
    );
  const stored = new Set(blobs.map(({ sha256 }) => sha256));
  for (const digest of record.requests.flatMap(blobDigests))
    if (!stored.has(digest)) throw recordError(`level ${job.levelId}`, `the bytes of blob ${digest}`, 'none');
}

export function recordError(at: string, expected: string, got: string): TargetError {
  return new TargetError({
    code: 'TARGET_RECORD_INVALID',
    at,
    expected,
    got,
    hint: 'This is a defect of the target plug-in.',
  });
}

function isTransient(error: unknown): boolean {
  return error instanceof TargetError && !PERMANENT_CODES.has(error.code);
}

export function errorText(error: unknown): string {
  if (error instanceof TargetError || error instanceof DataError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Null as soon as the signal is given, whatever becomes of the promise. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(null);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
  });
}
