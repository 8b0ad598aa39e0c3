import { describe, expect, it } from 'vitest';
import {
  buildHistory,
  renderHistoryHtml,
  renderHistoryMarkdown,
  renderHistoryTerminal,
  type History,
  type HistoryInput,
} from '../../../reports/history/index.ts';
import { createDeterminismRow, createDriftRow, createEquality } from '../../support/findings.ts';
import { HOSTILE } from '../../support/run-fixture.ts';
import { otherPlan, otherTarget, storedRun, unusableRun, withKl } from '../../support/stored-runs.ts';

const historyOf = (runs: readonly HistoryInput[], metrics?: readonly string[]): History =>
  buildHistory(runs, {
    boundOf: (_run, { metric }) => (metric.id === 'kl_mean' ? { kind: 'max', value: 0.01 } : null),
    metrics,
  });

function seriesOf(history: History, metric: string): History['series'][number] {
  const series = history.series.find((one) => one.metric === metric);
  if (series === undefined) throw new Error(`no series of ${metric}`);
  return series;
}

const joins = (history: History, metric = 'kl_mean') => seriesOf(history, metric).points.map(({ joined }) => joined);

describe('a history', () => {
  it('joins runs of one plan and target, and keeps value, interval and bound of each', () => {
    const history = historyOf([storedRun(1), storedRun(2, withKl(0.02))]);
    const { points, moved } = seriesOf(history, 'kl_mean');
    expect(points).toMatchObject([
      {
        run: 0,
        estimate: { value: 0.004, low: 0.003, high: 0.005 },
        bound: { kind: 'max', value: 0.01 },
        joined: null,
      },
      { run: 1, estimate: { value: 0.02, low: 0.01, high: 0.04 }, joined: { from: 0, kind: 'same' } },
    ]);
    expect(moved).toBe(true);
    expect(history.runs[1].link).toEqual({ kind: 'same' });
    expect(history.series[0].metric).toBe('kl_mean');
  });

  it('marks a line that crosses a change of the target, and says what has changed', () => {
    const history = historyOf([
      storedRun(1, { manifest: otherTarget('aa') }),
      storedRun(2, { manifest: otherTarget('bb') }),
    ]);
    expect(joins(history)).toEqual([null, { from: 0, kind: 'target-changed' }]);
    expect(history.runs[1].link).toEqual({ kind: 'target-changed', why: 'target: weights aa -> bb' });
  });

  it('does not join runs of other units, and says why', () => {
    const history = historyOf([
      storedRun(1),
      storedRun(2, { manifest: otherPlan }),
      storedRun(3, { manifest: otherPlan }),
    ]);
    expect(joins(history)).toEqual([null, null, { from: 1, kind: 'same' }]);
    expect(history.runs[1].link).toEqual({ kind: 'not-comparable', why: 'other units: other cases' });
  });

  it('lists a run that cannot be used with its reason, and joins over it', () => {
    const history = historyOf([storedRun(1), unusableRun('broken', 'manifest.json: expected JSON'), storedRun(3)]);
    expect(history.runs[1]).toMatchObject({ outcome: 'unusable', why: 'manifest.json: expected JSON' });
    expect(joins(history)).toEqual([null, { from: 0, kind: 'same' }]);
    for (const render of [renderHistoryHtml, renderHistoryMarkdown, renderHistoryTerminal])
      expect(render(history)).toMatch(/manifest\\?\.json: expected JSON/);
  });

  it('shows a partial run as a point that stands alone', () => {
    const partial = { of: 3, present: [1, 2], unitsLeftOut: 1 };
    const history = historyOf([
      storedRun(1),
      storedRun(2, { findings: { partial } }),
      storedRun(3, { findings: { unitsObserved: 2 } }),
      storedRun(4),
    ]);
    expect(history.runs.map((run) => run.partial)).toEqual([
      null,
      '2 of 3 shards',
      '2 of 4 units have no result',
      null,
    ]);
    expect(joins(history, 'bits_differ_share')).toEqual([null, null, null, { from: 0, kind: 'same' }]);
    expect(renderHistoryHtml(history)).toContain('class="dot partial"');
  });

  it('keeps what was not measured apart from zero', () => {
    const gap = storedRun(2, {
      findings: { drift: [createDriftRow({ klNatsMean: { kind: 'unsupported', why: 'no logits here' } })] },
    });
    const history = historyOf([storedRun(1), gap, storedRun(3, withKl(0))]);
    expect(seriesOf(history, 'kl_mean').points.map(({ estimate }) => estimate.kind)).toEqual([
      'measured',
      'unsupported',
      'measured',
    ]);
    expect(renderHistoryTerminal(history)).toMatch(/kl_mean +█·▁/);
    expect(renderHistoryHtml(history)).toContain('no logits here');
  });

  it('follows the strongest equality that is measured, or the metrics that are named', () => {
    const withoutBits = createDeterminismRow({
      bits: { kind: 'unsupported', why: 'no logits' },
      tokens: createEquality(23, 24),
    });
    const runs = [storedRun(1, { findings: { determinism: [withoutBits] } })];
    const named = (history: History) =>
      history.series.filter(({ report }) => report === 'determinism').map(({ metric }) => metric);
    expect(named(historyOf(runs))).toEqual(['tokens_differ_share']);
    expect(named(historyOf(runs, ['bits_differ_share', 'text_differ_share']))).toEqual([
      'bits_differ_share',
      'text_differ_share',
    ]);
  });

  it('cuts the sparkline where runs cannot be compared', () => {
    const text = renderHistoryTerminal(
      historyOf([storedRun(1), storedRun(2, { ...withKl(0.5), manifest: otherPlan })]),
    );
    expect(text).toMatch(/kl_mean +▁┊█ +0\.5 +0\.25 to 1 +≤ 0\.01/);
  });

  it('of equal runs is equal bytes, in every format', () => {
    const runs = () => [storedRun(1), storedRun(2, withKl(0.02))];
    for (const render of [renderHistoryHtml, renderHistoryMarkdown, renderHistoryTerminal])
      expect(render(historyOf(runs()))).toBe(render(historyOf(runs())));
  });

  it('shows hostile names as text and runs nothing', () => {
    const findings = {
      drift: [createDriftRow({ axis: HOSTILE, label: HOSTILE }), createDriftRow({ axis: HOSTILE, level: 'x' })],
    };
    const history = historyOf([
      storedRun(1, { findings, manifest: otherTarget(HOSTILE) }),
      unusableRun(HOSTILE, HOSTILE),
    ]);
    const html = renderHistoryHtml(history);
    expect(html).not.toMatch(/<script|<img|\u001b|\u202e/);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toContain('script-src');
    const markdown = renderHistoryMarkdown(history);
    expect(markdown).not.toMatch(/<img|\u001b|\u202e/);
    expect(renderHistoryTerminal(history)).not.toMatch(/[\u001b\u202e]/);
  });
});
