/**
 * The error of a checkpoint that cannot be used: names file, tensor, expected and got.
 * @module
 */

export interface CheckpointProblem {
  /** File (or `config`, `weights` for in-memory sources). */
  readonly file: string;
  /** Tensor or config key; null when the file as a whole is meant. */
  readonly at: string | null;
  readonly expected: string;
  readonly got: string;
}

const MAX_PROBLEMS_SHOWN = 20;

/** Thrown by the loader; `problems` lists everything that is wrong with one file, not only the first thing. */
export class CheckpointError extends Error {
  readonly code = 'CHECKPOINT_INVALID';
  readonly problems: readonly CheckpointProblem[];

  constructor(problems: readonly CheckpointProblem[], options?: ErrorOptions) {
    const lines = problems
      .slice(0, MAX_PROBLEMS_SHOWN)
      .map((p) => `${p.file}${p.at === null ? '' : `: ${p.at}`}: expected ${p.expected}, got ${p.got}.`);
    if (problems.length > MAX_PROBLEMS_SHOWN) lines.push(`... and ${problems.length - MAX_PROBLEMS_SHOWN} more.`);
    super(lines.join('\n'), options);
    this.name = 'CheckpointError';
    this.problems = problems;
  }
}

export function checkpointError(problem: CheckpointProblem, cause?: unknown): CheckpointError {
  return new CheckpointError([problem], cause === undefined ? undefined : { cause });
}
