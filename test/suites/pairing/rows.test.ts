import { describe, expect, it } from 'vitest';
import { evidenceOf, pairsOf, rowsOf } from '../../../suites/pairing/index.ts';
import { createRun, createShelf } from '../../support/observations.ts';

describe('pairing', () => {
  it('pairs by request id and not by position, and makes rows in plan order', () => {
    const shelf = createShelf();
    const [a, b] = ['a', 'b'].map((id) => shelf.request({ id, tokenIds: [1], text: id })) as [never, never];
    const units = [
      { levels: { none: [a, b], 'size-8': [b, a], 'size-2': [a] } },
      { levels: { none: [a], 'size-2': [a] } },
    ];
    const rows = rowsOf(createRun({ units }), () => true);
    expect(rows.map(({ level }) => level)).toEqual(['size-8', 'size-2']);
    expect(pairsOf(rows[0]).map(({ reference, level }) => [reference.text, level.text])).toEqual([
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
    const [row] = rowsOf(input, () => true);
    expect(evidenceOf(row, input.perturbations)).toEqual({ evidence: { steps: 2 }, evidenceProblem: null });
    expect(evidenceOf(row, []).evidenceProblem).toContain('batch-size is not known here');
  });

  it('reports a level that an observation with status ok does not hold', () => {
    const shelf = createShelf();
    const input = createRun({ units: [{ levels: { none: [shelf.request({})], x: [shelf.request({})] } }] });
    const observations = [...input.observations].map((one) => ({ ...one, levels: one.levels.slice(0, 1) }));
    const [row] = rowsOf({ ...input, observations }, () => true);
    expect(row).toMatchObject({ members: [], gaps: ['unit u-0000000000000000 holds no level x'] });
  });
});
