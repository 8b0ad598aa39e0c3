import { describe, expect, it } from 'vitest';
import { compare } from '../../../harness/gate/index.ts';
import { createRng } from '../../../harness/ports/index.ts';
import type { Comparison } from '../../../harness/schema/index.ts';
import type { IntervalsFigure, Section, StackedBarsFigure } from '../../../reports/view.ts';
import { createBaseline, createEffect, type BaselineSpec } from '../../support/baselines.ts';
import { passingFindings, viewOf } from '../../support/run-fixture.ts';

const cases = (value: (at: number) => number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: 24 }, (_, at) => [`case-${at}`, value(at)]));
const kl = (value: (at: number) => number) => createEffect({ metric: 'klNatsMean', values: cases(value) });

function compared(base: BaselineSpec, head: BaselineSpec): Comparison {
  const side = (name: string, spec: BaselineSpec) => ({ name, baseline: createBaseline(spec) });
  return compare({ base: side('main', base), head: side('this run', head), rng: createRng('test') });
}
const sectionOf = (comparison: Comparison | null): Section | undefined =>
  viewOf(passingFindings(), { comparison }).sections.find(({ report }) => report === 'baseline');

describe('the section about a baseline', () => {
  it('is not there without one', () => {
    expect(sectionOf(null)).toBeUndefined();
  });

  it('shows a regression with both sides, the interval of the change, and why it fails', () => {
    const section = sectionOf(
      compared(
        { requests: 20, effects: [kl((at) => 0.01 + at * 1e-4)] },
        { requests: 20, changed: [3], effects: [kl((at) => 0.05 + at * 2e-4)] },
      ),
    );
    expect(section?.status.outcome).toBe('fail');
    const row = section?.table.groups[0].rows[0];
    expect(row?.status.outcome).toBe('fail');
    expect(row?.cells.map(({ text }) => text).slice(2, 5)).toEqual(['0.0112', '0.0523', '0.0412']);
    expect(row?.notes[0]).toContain('Regressed');
    const forest = section?.figures.find(({ id }) => id === 'change-of-klNatsMean') as IntervalsFigure;
    expect(forest.bands).toEqual([{ name: 'noise', min: -0.000238, max: 0.000238 }]);
    expect(forest.points[0]).toMatchObject({ bound: 0.004726, status: { outcome: 'fail' } });
    expect(forest.points[0].low).toBeGreaterThan(0.004726);
    const outputs = section?.figures.find(({ id }) => id === 'outputs-against-baseline') as StackedBarsFigure;
    expect(outputs.series.map(({ name, values }) => [name, values[0]])).toEqual([
      ['bits as in the base', 95],
      ['another output', 5],
    ]);
  });

  it('folds effects without any change away, and says what of the target is another', () => {
    const effects = [kl(() => 0.01)];
    const section = sectionOf(
      compared(
        { requests: 20, effects, card: { engine: '1' } },
        { requests: 20, effects, card: { engine: '2' }, fingerprint: 'other' },
      ),
    );
    expect(section?.table.groups[0].collapsed).toBe(true);
    expect(section?.figures.map(({ id }) => id)).toEqual(['outputs-against-baseline']);
    expect(section?.facts).toContainEqual({ name: 'Target: engine', value: '1 → 2' });
  });
});
