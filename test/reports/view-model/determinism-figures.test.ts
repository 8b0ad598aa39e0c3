import { describe, expect, it } from 'vitest';
import type { DeterminismRow, Findings } from '../../../harness/schema/index.ts';
import type { CurvesFigure, Figure, GridFigure, IntervalsFigure, View } from '../../../reports/view.ts';
import { createDeterminismRow, createEquality, createFindings } from '../../support/findings.ts';
import { viewOf } from '../../support/run-fixture.ts';

const figureOf = (view: View, id: string): Figure | undefined =>
  view.sections.flatMap(({ figures }) => figures).find((figure) => figure.id === id);
const figures = (change: Partial<Findings>, id: string): Figure | undefined =>
  figureOf(viewOf(createFindings(change)), id);

const sized = (sizes: readonly (number | null)[]): DeterminismRow['byCase'] =>
  sizes.map((maxAbsLogprobDiff, at) => ({
    caseId: `case-${at}`,
    n: 1,
    bitsDiffer: 1,
    tokensDiffer: 0,
    textDiffer: 0,
    maxAbsLogprobDiff,
  }));

describe('figures of the determinism report', () => {
  it('show the share of changed requests with its interval, against what an unchanged repeat allows', () => {
    const repeat = createDeterminismRow({ axis: 'repeat', level: 'repeat-2', tokens: createEquality(40, 40) });
    const moved = createDeterminismRow({ tokens: createEquality(30, 40), promise: 'drift' });
    const { points, bands } = figures({ determinism: [repeat, moved] }, 'changes-by-level') as IntervalsFigure;
    expect(points.map(({ value }) => value)).toEqual([0, 0.25]);
    expect(points[1].low).toBeGreaterThan(0.1);
    expect(points[1].high).toBeGreaterThan(0.25);
    // 0 of 40 allows 1 - 0.05^(1/40)
    expect(bands[0].max).toBeCloseTo(1 - 0.05 ** (1 / 40), 12);
    expect(points.map(({ bound }) => bound)).toEqual([0.2, null]);
  });

  it('take the widest of several repeats for the noise', () => {
    const repeats = [40, 38].map((equal, at) =>
      createDeterminismRow({ axis: 'repeat', level: `repeat-${at + 2}`, tokens: createEquality(equal, 40) }),
    );
    const { bands } = figures({ determinism: repeats }, 'changes-by-level') as IntervalsFigure;
    expect(bands[0].max).toBe(createEquality(38, 40).failureRateHigh);
  });

  it('say so when nothing repeats a request', () => {
    const { bands, caption } = figures(
      { determinism: [createDeterminismRow()] },
      'changes-by-level',
    ) as IntervalsFigure;
    expect(bands).toEqual([]);
    expect(caption).toContain('no noise band');
  });

  it('map levels by the position of the first other token, and hold every pair once', () => {
    const row = createDeterminismRow({ tokens: createEquality(19, 24), firstTokenDiffs: [0, 0, 3, 24, 25] });
    const { columns, rows } = figures({ determinism: [createDeterminismRow(), row] }, 'divergence-map') as GridFigure;
    expect(columns).toHaveLength(9);
    expect(columns[0]).toBe('0–2');
    expect(rows).toHaveLength(1);
    expect(rows[0].cells.map((cell) => cell?.text ?? '')).toEqual(['2', '1', '', '', '', '', '', '', '2']);
  });

  it('draw sizes of differences as shares of cases that end at one, and leave out levels without any', () => {
    const moved = createDeterminismRow({ byCase: sized([0.4, 0, 0.1, null]) });
    const still = createDeterminismRow({ level: 'size-2', byCase: sized([0, 0]) });
    const { curves } = figures({ determinism: [still, moved] }, 'logprob-sizes') as CurvesFigure;
    expect(curves).toHaveLength(1);
    expect(curves[0].points).toEqual([
      { x: 0, y: 1 / 3 },
      { x: 0.1, y: 2 / 3 },
      { x: 0.4, y: 1 },
    ]);
    expect(figures({ determinism: [still] }, 'logprob-sizes')).toBeUndefined();
  });

  it('tell near ties from flips that noise does not explain', () => {
    const flips = { benign: 3, hard: 1, unknown: 0, noise: { nats: 0.01, from: 'repeat' }, marginNats: null } as const;
    const figure = figures({ determinism: [createDeterminismRow({ flips })] }, 'flips-by-margin');
    expect(figure).toMatchObject({
      series: [
        { name: 'near ties', values: [3] },
        { name: 'not explained by noise', values: [1] },
      ],
    });
  });
});
