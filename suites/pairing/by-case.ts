/**
 * The parts of a row by case, for an analysis that is paired by case. At most 2048 cases, the first of the plan: the same ones in every
 * run of a plan, and memory that does not grow with the run.
 * @module
 */

const CASES_MAX = 2048;

export interface ByCase<Part> {
  /** The part of a case, made when it is asked for first; null beyond the limit. */
  of(caseId: string): Part | null;
  /** In the order of first asking. */
  all(): [string, Part][];
}

export function groupByCase<Part>(empty: () => Part): ByCase<Part> {
  const parts = new Map<string, Part>();
  return {
    of: (caseId) => {
      const known = parts.get(caseId);
      if (known !== undefined) return known;
      if (parts.size >= CASES_MAX) return null;
      const part = empty();
      parts.set(caseId, part);
      return part;
    },
    all: () => [...parts],
  };
}
