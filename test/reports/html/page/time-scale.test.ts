import { describe, expect, it } from 'vitest';
import { timelineTracks, timeScale } from '../../../../reports/html/page/time-scale.ts';
import { unitTableOf, type UnitTable } from '../../../../reports/html/page/unit-table.ts';
import type { UnitIndex } from '../../../../reports/unit-index.ts';

/** One unit per entry: worker, begin, duration; -1 = not measured in this run. */
function tableOf(units: readonly (readonly [lane: number, startMs: number, durationMs: number])[]): UnitTable {
  const zeros = units.map(() => 0);
  const index: UnitIndex = {
    version: 1,
    perturbations: ['repeat'],
    levelSets: [[]],
    caseSets: [['one']],
    endpoints: [''],
    reasons: ['gone'],
    sources: [],
    beganAt: '2026-01-01T00:00:00.000Z',
    units: {
      ids: units.map((_, at) => at.toString(16).padStart(16, '0')).join(''),
      perturbation: zeros,
      levelSet: zeros,
      caseSet: zeros,
      lane: units.map(([lane]) => lane),
      endpoint: zeros,
      attempts: units.map(() => 1),
      durationMs: units.map(([, , durationMs]) => durationMs),
      startMs: units.map(([, startMs]) => startMs),
      why: units.map(() => -1),
      chunk: units.map(() => -1),
    },
    retries: [
      [
        0,
        [
          [10, 90, 0],
          [units[0][2] - 10, 0, -1],
        ],
      ],
    ],
    requestRetries: [[1, 2, 1]],
    cached: [],
    rows: { status: '', result: '', firstTokenDiff: [], foreignCanary: [] },
    chunks: { inside: 0, all: 0, unitsInside: 0 },
    bytesMax: 1,
  };
  return unitTableOf(index);
}

describe('the timeline', () => {
  it('has a track per worker, with its work, its retries and its waits', () => {
    const tracks = timelineTracks(
      tableOf([
        [1, 0, 100],
        [0, 0, 300],
        [1, 400, 50],
        [0, -1, 500],
      ]),
    );
    expect(
      tracks.map(({ name, units, busyMs, retried, throttled }) => [name, units, busyMs, retried, throttled]),
    ).toEqual([
      ['worker 0', 1, 300, 0, 1],
      ['worker 1', 2, 150, 1, 0],
    ]);
    // the wait between two attempts is time of the worker too
    expect(tracks[1].rows[0][0]).toEqual({ unit: 0, fromMs: 0, toMs: 190 });
  });

  it('puts what overlaps on one worker into rows of its own', () => {
    const [track] = timelineTracks(
      tableOf([
        [0, 0, 100],
        [0, 50, 100],
        [0, 200, 100],
      ]),
    );
    expect(track.rows.map((row) => row.map(({ unit }) => unit))).toEqual([[0, 2], [1]]);
  });

  it('is regular where nobody pauses', () => {
    const scale = timeScale(
      timelineTracks(
        tableOf([
          [0, 0, 100],
          [1, 500, 1500],
        ]),
      ),
    );
    expect(scale.pauses).toEqual([]);
    expect([scale.at(0), scale.at(1000), scale.at(2000)]).toEqual([0, 0.5, 1]);
  });

  it('cuts a night short, and keeps the order of what happened', () => {
    const night = 8 * 3_600_000;
    const scale = timeScale(
      timelineTracks(
        tableOf([
          [0, 0, 60_000],
          [0, night, 60_000],
        ]),
      ),
    );
    expect(scale.pauses).toEqual([{ fromMs: 60_090, toMs: night }]);
    expect(scale.at(60_000)).toBeGreaterThan(0.4);
    expect(scale.at(night)).toBeLessThan(0.6);
    expect(scale.at(night)).toBeGreaterThan(scale.at(60_090));
    expect(scale.at(night + 60_000)).toBe(1);
  });
});
