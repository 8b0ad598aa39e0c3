import { describe, expect, it } from 'vitest';
import type { CacheTimingFindings } from '../../../harness/schema/index.ts';
import type { CurvesFigure } from '../../../reports/view.ts';
import { renderHtml, renderMarkdown, renderTerminal, type View } from '../../../reports/index.ts';
import { takeTiming, timedFindings } from '../../support/cache-timing.ts';
import { passingFindings, viewOf } from '../../support/run-fixture.ts';

const withTiming = (cacheTiming: CacheTimingFindings): View => viewOf({ ...passingFindings(), cacheTiming });
const found = timedFindings(
  await takeTiming({ shares: ['same-salt', 'other-salt'] }, { askers: ['other-salt', 'no-salt'] }),
);
const view = withTiming(found);
const section = view.sections[3];

describe('the timing audit in a report', () => {
  it('is not there when none was asked for', () => {
    expect(viewOf(passingFindings()).sections.map(({ report }) => report)).toEqual(['determinism', 'drift', 'leakage']);
  });

  it('has a row for each who asks, judged but for the owner', () => {
    const [group] = section.table.groups;
    expect(section).toMatchObject({ report: 'cache-timing', status: { outcome: 'fail' } });
    expect(group.rows.map(({ id, status }) => [id, status.outcome])).toEqual([
      ['cache-timing--same-salt', 'measured'],
      ['cache-timing--other-salt', 'fail'],
      ['cache-timing--no-salt', 'pass'],
    ]);
    expect(group.rows[1].cells.map(({ text }) => text)).toEqual([
      'another salt',
      '150, 150',
      expect.stringMatching(/^2\d\.\d$/),
      expect.stringMatching(/^10\d$/),
      '1',
      '-89',
      '1',
      '1',
      'not told, not told',
    ]);
    expect(group.rows[1].notes[0]).toContain('sooner');
  });

  it('shows places where dummies were sent along', async () => {
    const places = timedFindings(
      await takeTiming({ shares: ['same-salt'], schedules: 'longest-prefix' }, { dummies: 4, perArm: 150 }),
    );
    const [, , , order] = withTiming(places).sections;
    expect(order.headline).toContain('sent together with 4 prompts of nobody');
    expect(order.table.columns.map(({ title }) => title)).toContain('Hit, place');
    expect(order.table.groups[0].rows[0].cells.slice(2, 4).map(({ text }) => text)).toEqual(['1', '3']);
    const [figure] = order.figures;
    expect(figure).toMatchObject({ kind: 'curves', scale: 'linear', xTitle: 'place in the order of first tokens' });
  });

  it('is in every face for people', () => {
    expect(renderMarkdown(view)).toContain('### Cache timing');
    expect(renderTerminal(view, { width: 80, color: false })).toContain('another salt');
    expect(renderHtml(view)).toContain('cache-timing--other-salt');
  });

  it('draws hits and misses of each who asks as distributions from none to all', () => {
    expect(section.figures.map(({ id }) => id)).toEqual([
      'cache-times-same-salt',
      'cache-times-other-salt',
      'cache-times-no-salt',
    ]);
    for (const figure of section.figures) {
      if (figure.kind !== 'curves') throw new Error(`${figure.id} is ${figure.kind}`);
      for (const { points } of figure.curves) {
        expect([points[0].y, points.at(-1)?.y]).toEqual([0, 1]);
        expect(points.map(({ x }) => x)).toEqual(points.map(({ x }) => x).toSorted((a, b) => a - b));
      }
    }
    const [hits, misses] = (section.figures[1] as CurvesFigure).curves;
    expect(hits.points.at(-1)!.x).toBeLessThan(misses.points[0].x);
  });

  it('says why there are no times', () => {
    const none = withTiming({ kind: 'unsupported', why: 'no salts' }).sections[3];
    expect(none.headline).toBe('Not supported by this target: no salts.');
    expect(none.status.outcome).toBe('not-run');
  });
});
