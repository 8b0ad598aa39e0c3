import { describe, expect, it } from 'vitest';
import type { SuiteInput } from '../../../harness/schema/index.ts';
import {
  countEvidence,
  fillRows,
  type Evidence,
  type RequestPair,
  type RowMember,
} from '../../../suites/pairing/index.ts';
import { createRun, createShelf } from '../../support/observations.ts';

interface TestRow {
  readonly level: string;
  readonly members: readonly RowMember[];
  readonly pairs: readonly RequestPair[];
  readonly gaps: readonly string[];
  readonly evidence: Evidence;
}

/** Rows that keep everything, to be looked at. */
const rowsOf = (
  input: Pick<SuiteInput, 'plan' | 'observations' | 'perturbations'>,
  perturbations = input.perturbations,
): TestRow[] =>
  fillRows(
    input,
    () => true,
    (key) => {
      const members: RowMember[] = [];
      const gaps: string[] = [];
      const evidence = countEvidence(key, perturbations);
      return {
        add: (member) => {
          members.push(member);
          evidence.add(member);
        },
        addGap: (gap) => {
          gaps.push(gap);
          evidence.addGap(gap);
        },
        close: () => ({
          level: key.level,
          members,
          pairs: members.flatMap(({ pairs }) => pairs),
          gaps,
          evidence: evidence.result(),
        }),
      };
    },
  );

describe('pairing', () => {
  it('pairs by request id and not by position, and makes rows in plan order', () => {
    const shelf = createShelf();
    const [a, b] = ['a', 'b'].map((id) => shelf.request({ id, tokenIds: [1], text: id })) as [never, never];
    const units = [
      { levels: { none: [a, b], 'size-8': [b, a], 'size-2': [a] } },
      { levels: { none: [a], 'size-2': [a] } },
    ];
    const rows = rowsOf(createRun({ units }));
    expect(rows.map(({ level }) => level)).toEqual(['size-8', 'size-2']);
    expect(rows[0].pairs.map(({ reference, level }) => [reference.text, level.text])).toEqual([
      ['b', 'b'],
      ['a', 'a'],
    ]);
    // The reference may hold more probes than a level; the reverse is a gap.
    expect(rows.map(({ gaps, members }) => [gaps.length, members.length])).toEqual([
      [0, 1],
      [0, 2],
    ]);
  });

  it('takes the smallest counter, and leaves out one that a unit does not have', () => {
    const shelf = createShelf();
    const unit = (counters: Record<string, number>) => ({
      levels: { none: [shelf.request({})], x: [shelf.request({})] },
      counters,
    });
    const input = createRun({ units: [unit({ steps: 3, ties: 1 }), unit({ steps: 2 })] });
    expect(rowsOf(input)[0].evidence).toEqual({ evidence: { steps: 2 }, evidenceProblem: null });
    expect(rowsOf(input, [])[0].evidence.evidenceProblem).toContain('batch-size is not known here');
  });

  it('reports a level that an observation with status ok does not hold', () => {
    const shelf = createShelf();
    const input = createRun({ units: [{ levels: { none: [shelf.request({})], x: [shelf.request({})] } }] });
    const observations = [...input.observations].map((one) => ({ ...one, levels: one.levels.slice(0, 1) }));
    const [row] = rowsOf({ ...input, observations });
    expect(row).toMatchObject({ members: [], gaps: ['unit u-0000000000000000 holds no level x'] });
  });

  it('skips units that were not observed, and refuses observations that are not in plan order', () => {
    const shelf = createShelf();
    const unit = () => ({ levels: { none: [shelf.request({})], x: [shelf.request({})] } });
    const input = createRun({ units: [unit(), { ...unit(), status: 'error' }, unit(), unit()] });
    expect(rowsOf(input)[0].members.map(({ unit: { id } }) => id.slice(-1))).toEqual(['0', '2', '3']);
    const [first, , third] = input.observations;
    expect(rowsOf({ ...input, observations: [third] })[0].members).toHaveLength(1);
    expect(() => rowsOf({ ...input, observations: [third, first] })).toThrow(/expected observations in plan order/);
  });
});
