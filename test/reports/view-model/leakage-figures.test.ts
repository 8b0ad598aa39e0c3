import { describe, expect, it } from 'vitest';
import type { Findings } from '../../../harness/schema/index.ts';
import type { Figure, GridFigure, View } from '../../../reports/view.ts';
import { createDeterminismRow, createFindings, createLeakageRow } from '../../support/findings.ts';
import { viewOf } from '../../support/run-fixture.ts';

const figureOf = (view: View, id: string): Figure | undefined =>
  view.sections.flatMap(({ figures }) => figures).find((figure) => figure.id === id);
const figures = (change: Partial<Findings>, id: string): Figure | undefined =>
  figureOf(viewOf(createFindings(change)), id);

describe('figures of the leakage report', () => {
  const cacheRow = (who: string, where: string, shared: number) =>
    createLeakageRow({
      perturbation: 'cache-salt',
      axis: `cache-salt/${where}`,
      level: `${who}.${where}`,
      sharedPrefix: { requests: 20, shared, cachedTokens: 64 * shared, failureRateHigh: 0.2 },
    });
  const ownRow = (where: string, cachedTokens: number) =>
    createDeterminismRow({
      perturbation: 'cache-salt',
      axis: `cache-salt/${where}`,
      level: `same-salt.${where}`,
      evidence: { cachedTokens },
    });

  it('show who gets what from a shared cache, the owner first', () => {
    const { columns, rows } = figures(
      {
        determinism: [ownRow('warm', 128), ownRow('disk', 0)],
        leakage: [cacheRow('other-salt', 'warm', 0), cacheRow('other-salt', 'disk', 3), cacheRow('no-salt', 'warm', 0)],
      },
      'cache-matrix',
    ) as GridFigure;
    expect(columns).toEqual(['warm', 'disk']);
    expect(rows.map(({ name, cells }) => [name, ...cells.map((cell) => cell?.text ?? null)])).toEqual([
      ['same salt (owed a hit)', 'hit, 128 tokens', 'no hit'],
      ['other-salt', '0/20', '3/20'],
      ['no-salt', '0/20', null],
    ]);
    expect(rows[1].cells[1]?.status?.outcome).toBe('fail');
  });

  it('stand beside every leaked item, with whose canary it is, where it was found, and without the canary', () => {
    const place = { requestId: 'p1', side: 'level', wave: 0, row: 1 } as const;
    const leak = {
      unitId: 'u-1',
      caseId: 'one',
      source: { ...place, requestId: 'm1' },
      sink: { ...place, row: null },
      cachedTokens: 64,
    };
    const view = viewOf(createFindings({ leakage: [createLeakageRow({ leaks: [leak] })] }));
    expect(view.sections[2].facts).toEqual([
      {
        name: 'Foreign canary at content-swap, swapped',
        value:
          'that of m1 (level, wave 0, batch row 1) in the output of p1 (level, wave 0); case one, unit u-1, 64 tokens from a cache',
      },
    ]);
  });

  it('have no matrix where no level looks at a shared cache', () => {
    expect(figures({ leakage: [createLeakageRow()] }, 'cache-matrix')).toBeUndefined();
    expect(figures({ leakage: [createLeakageRow()] }, 'dependence-by-level')).toMatchObject({ points: [{ value: 0 }] });
  });
});
