/**
 * The error classes, one exit code each: ConfigError (2), TargetError (3), DataError (3).
 *
 * A message says where, what was expected, what was there, and what to do next; `code` is stable and documented; the cause is kept.
 * A failed gate is a value, never an exception, and has no class here.
 * @module
 */

/** One thing that is wrong, in one place. */
export interface Problem {
  /** Stable, for example `CONFIG_UNKNOWN_KEY`. */
  readonly code: string;
  /** Where: a path in a file (`target.lanes`), a file, a URL. */
  readonly at: string;
  readonly expected: string;
  /** What was there, already in words (see `gotText`). */
  readonly got: string;
  /** One sentence: what to do next. */
  readonly hint: string;
  readonly cause?: unknown;
  /** Of a target that is busy: how long it asks to be left alone (HTTP Retry-After). */
  readonly retryAfterMs?: number;
}

/** `target.lanes: expected integer 1..64, got 65. One lane per core is enough.` */
export function problemText(problem: Problem): string {
  const sentence = `${problem.at}: expected ${problem.expected}, got ${problem.got}.`;
  return problem.hint === '' ? sentence : `${sentence} ${problem.hint}`;
}

const GOT_TEXT_MAX = 60;

/** A value in the words of a message: JSON for small values, a short description for large ones. */
export function gotText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (Array.isArray(value) && value.length === 0) return 'an empty list';
  let text: string;
  try {
    text = JSON.stringify(value) ?? 'nothing';
  } catch {
    text = 'a value that is not plain data';
  }
  if (text.length <= GOT_TEXT_MAX) return text;
  if (typeof value === 'string')
    return `${JSON.stringify(value.slice(0, GOT_TEXT_MAX - 12))}... (${value.length} characters)`;
  return Array.isArray(value) ? `a list of ${value.length}` : 'a mapping';
}

/** All problems of one configuration, reported at once. */
export class ConfigError extends Error {
  readonly exitCode = 2;
  readonly code: string;
  readonly problems: readonly Problem[];

  /**
   * @param problems - one problem, or every problem of a file in the order of the file
   * @param options.subject - what the problems are in, for example the file's name; becomes the first line
   */
  constructor(problems: Problem | readonly Problem[], options: { readonly subject?: string } = {}) {
    const list: readonly Problem[] = isProblemList(problems) ? problems : [problems];
    if (list.length === 0) throw new RangeError('ConfigError: expected at least one problem, got none');
    const causes = list.map((problem) => problem.cause).filter((cause) => cause !== undefined);
    super(configErrorText(list, options.subject), causes.length > 0 ? { cause: causes[0] } : {});
    this.name = 'ConfigError';
    this.code = list[0].code;
    this.problems = list;
  }
}

/** The target cannot be reached, refuses, or answers something that is not an answer. */
export class TargetError extends Error {
  readonly exitCode = 3;
  readonly code: string;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problemText(problem), problem.cause === undefined ? {} : { cause: problem.cause });
    this.name = 'TargetError';
    this.code = problem.code;
    this.problem = problem;
  }
}

/** A stored record is missing, corrupt, or of another version. */
export class DataError extends Error {
  readonly exitCode = 3;
  readonly code: string;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problemText(problem), problem.cause === undefined ? {} : { cause: problem.cause });
    this.name = 'DataError';
    this.code = problem.code;
    this.problem = problem;
  }
}

function isProblemList(problems: Problem | readonly Problem[]): problems is readonly Problem[] {
  return Array.isArray(problems);
}

function configErrorText(problems: readonly Problem[], subject: string | undefined): string {
  const lines = problems.map(problemText);
  if (subject === undefined) return lines.join('\n');
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [`${subject}: ${count}`, ...lines].join('\n');
}
