/**
 * Groups of cases that share a batch, and the role of each.
 *
 * Every case is a probe in exactly one group. A last group that is too small is filled from the start of the list, again and again
 * if need be; those are mates. A unit stores only its case ids: a member is a probe as long as the ids go forward in the list of
 * cases, and a mate from the first step back on. `cases` must therefore be the list that the plan was made from.
 * @module
 */
import type { Case } from '../../harness/schema/index.ts';

export interface Member {
  readonly case: Case;
  readonly role: 'probe' | 'mate';
  /** Unique in the group; a probe's is its case id. */
  readonly requestId: string;
}

/** Case ids of each group, all of `size` members. */
export function filledGroups(cases: readonly Case[], size: number): string[][] {
  return starts(cases, size).map((start) =>
    Array.from({ length: size }, (_, row) => cases[(start + row) % cases.length].id),
  );
}

/** Case ids of each group; the last group may be smaller. */
export function plainGroups(cases: readonly Case[], size: number): string[][] {
  return starts(cases, size).map((start) => cases.slice(start, start + size).map((testCase) => testCase.id));
}

/** The members of a group in row order. */
export function membersOf(cases: readonly Case[], caseIds: readonly string[]): Member[] {
  const positions = positionsOf(cases);
  let before = -1;
  let wrapped = false;
  return caseIds.map((id, row) => {
    const position = positions.get(id);
    if (position === undefined)
      throw new RangeError(
        `perturbations: the unit names case ${JSON.stringify(id)}, which is not in the list of cases`,
      );
    wrapped ||= position <= before;
    before = position;
    const testCase = cases[position];
    return wrapped
      ? { case: testCase, role: 'mate', requestId: `${id}~mate-${row}` }
      : { case: testCase, role: 'probe', requestId: id };
  });
}

/** The one case of a unit that has one. */
export function onlyCase(cases: readonly Case[], caseIds: readonly string[]): Case {
  const members = membersOf(cases, caseIds);
  if (members.length !== 1) throw new RangeError(`perturbations: expected a unit of one case, got ${members.length}`);
  return members[0].case;
}

function starts(cases: readonly Case[], size: number): number[] {
  return Array.from({ length: Math.ceil(cases.length / size) }, (_, group) => group * size);
}

// A plan of n units looks up n times in the same list: without this memory it would be quadratic.
const positionsByList = new WeakMap<readonly Case[], ReadonlyMap<string, number>>();

function positionsOf(cases: readonly Case[]): ReadonlyMap<string, number> {
  const known = positionsByList.get(cases);
  if (known !== undefined) return known;
  const positions = new Map(cases.map((testCase, position) => [testCase.id, position]));
  positionsByList.set(cases, positions);
  return positions;
}
