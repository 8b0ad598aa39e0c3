/**
 * Evidence: did the level exercise its path? No proof, no PASS.
 * @module
 */
import type { SuiteInput } from '../../harness/schema/index.ts';
import type { Row } from './rows.ts';

export interface Evidence {
  /** The smallest value of each counter over the row's units. A counter that some unit does not have is left out. */
  readonly evidence: Record<string, number>;
  /** What is missing, in words; null when nothing is. */
  readonly evidenceProblem: string | null;
}

export function evidenceOf(row: Row, perturbations: SuiteInput['perturbations']): Evidence {
  return { evidence: smallestCounters(row), evidenceProblem: firstProblem(row, perturbations) };
}

function smallestCounters(row: Row): Record<string, number> {
  const [first, ...others] = row.members.map(({ observed }) => observed.counters);
  const smallest: Record<string, number> = {};
  for (const [name, value] of Object.entries(first ?? {})) {
    if (others.every((counters) => counters[name] !== undefined)) {
      smallest[name] = others.reduce((low, counters) => Math.min(low, counters[name]), value);
    }
  }
  return smallest;
}

function firstProblem(row: Row, perturbations: SuiteInput['perturbations']): string | null {
  const perturbation = perturbations.find(({ id }) => id === row.perturbation);
  if (perturbation === undefined) {
    return `The perturbation ${row.perturbation} is not known here, so its evidence cannot be judged.`;
  }
  const problems: { unitId: string; problem: string }[] = [];
  for (const { unit, level, observed } of row.members) {
    const problem = perturbation.evidenceProblem(level, observed.counters);
    if (problem !== null) problems.push({ unitId: unit.id, problem });
  }
  const [worst] = problems;
  if (worst !== undefined) {
    if (problems.length === row.members.length) return worst.problem;
    return `${worst.problem} (${problems.length} of ${row.members.length} units, first ${worst.unitId})`;
  }
  const [gap] = row.gaps;
  if (gap === undefined) return null;
  return row.gaps.length === 1 ? gap : `${gap}; and ${row.gaps.length - 1} more of this kind`;
}
