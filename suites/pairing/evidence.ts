/**
 * Evidence: did the level exercise its path? No proof, no PASS.
 * @module
 */
import type { SuiteInput } from '../../harness/schema/index.ts';
import type { RequestPair, RowKey, RowMember } from './rows.ts';

export interface Evidence {
  /** The smallest value of each counter over the row's units. A counter that some unit does not have is left out. */
  readonly evidence: Record<string, number>;
  /** What is missing, in words; null when nothing is. */
  readonly evidenceProblem: string | null;
}

export interface EvidenceCount {
  add(member: RowMember): void;
  addGap(gap: string): void;
  result(): Evidence;
}

export function countEvidence({ perturbation: id }: RowKey, perturbations: SuiteInput['perturbations']): EvidenceCount {
  const perturbation = perturbations.find((one) => one.id === id);
  const gaps = createFirst();
  const problems = createFirst();
  let worst: string | null = null;
  let smallest: Record<string, number> | null = null;
  let members = 0;
  return {
    add: ({ unit, level, observed, pairs }) => {
      members++;
      for (const pair of pairs) {
        const cut = cutProblem(pair);
        if (cut !== null) gaps.add(cut);
      }
      smallest = smallest === null ? { ...observed.counters } : smallerOf(smallest, observed.counters);
      const problem = perturbation?.evidenceProblem(level, observed.counters, observed.requests) ?? null;
      if (problem === null) return;
      worst ??= problem;
      problems.add(unit.id);
    },
    addGap: gaps.add,
    result: () => ({
      evidence: smallest ?? {},
      evidenceProblem:
        perturbation === undefined
          ? `The perturbation ${id} is not known here, so its evidence cannot be judged.`
          : (problemText(worst, problems, members) ?? gapText(gaps)),
    }),
  };
}

/** The same prompt, counted otherwise by the server: one of the two was cut or added to, and the outputs answer different prompts. */
function cutProblem({ requestId, unitId, reference, level }: RequestPair): string | null {
  if (reference.promptSha256 !== level.promptSha256) return null;
  const [before, now] = [reference.promptTokens, level.promptTokens];
  if (before === null || now === null || before === now) return null;
  return (
    `The target counted ${before} prompt tokens at the reference and ${now} at the level for one and the same prompt ` +
    `(unit ${unitId}, request ${requestId}): it cut one of them, or added to one.`
  );
}

function smallerOf(known: Record<string, number>, counters: Readonly<Record<string, number>>): Record<string, number> {
  const smaller: Record<string, number> = {};
  for (const [name, value] of Object.entries(known))
    if (counters[name] !== undefined) smaller[name] = Math.min(value, counters[name]);
  return smaller;
}

function problemText(worst: string | null, units: First, members: number): string | null {
  if (worst === null) return null;
  return units.count === members ? worst : `${worst} (${units.count} of ${members} units, first ${units.first})`;
}

function gapText({ first, count }: First): string | null {
  if (first === null) return null;
  return count === 1 ? first : `${first}; and ${count - 1} more of this kind`;
}

interface First {
  readonly first: string | null;
  readonly count: number;
  readonly add: (text: string) => void;
}

/** The first of many texts, and how many there were. */
function createFirst(): First {
  let first: string | null = null;
  let count = 0;
  return {
    get first() {
      return first;
    },
    get count() {
      return count;
    },
    add: (text) => {
      first ??= text;
      count++;
    },
  };
}
