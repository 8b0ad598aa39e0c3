/**
 * When each unit ran, by worker, and a scale on which long pauses of the whole run are cut short: a run that went on the next morning
 * would be two dots otherwise.
 * @module
 */
import type { UnitTable } from './unit-table.ts';

export interface TimelineBar {
  readonly unit: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Bars of one worker. Rows where they overlap: shards of several machines have workers of one number. */
export interface TimelineTrack {
  readonly name: string;
  readonly rows: readonly (readonly TimelineBar[])[];
  readonly units: number;
  readonly busyMs: number;
  readonly retried: number;
  readonly throttled: number;
}

export function timelineTracks(table: UnitTable): TimelineTrack[] {
  const { units, endpoints } = table.index;
  const byWorker = new Map<string, TimelineBar[]>();
  for (let unit = 0; unit < table.unitCount; unit++) {
    const fromMs = units.startMs[unit];
    if (fromMs < 0) continue;
    const waits = table.retries.get(unit)?.reduce((total, [, waitMs]) => total + waitMs, 0) ?? 0;
    const key = JSON.stringify([units.lane[unit], units.endpoint[unit]]);
    const bars = byWorker.get(key) ?? [];
    byWorker.set(key, bars);
    bars.push({ unit, fromMs, toMs: fromMs + units.durationMs[unit] + waits });
  }
  return [...byWorker]
    .map(([key, bars]) => ({ place: JSON.parse(key) as [lane: number, endpoint: number], bars }))
    .sort((a, b) => a.place[1] - b.place[1] || a.place[0] - b.place[0])
    .map(({ place: [lane, endpoint], bars }) => ({
      name: `worker ${lane}${endpoints[endpoint] === '' ? '' : ` · ${endpoints[endpoint]}`}`,
      rows: packedRows(bars),
      units: bars.length,
      busyMs: bars.reduce((total, { unit }) => total + units.durationMs[unit], 0),
      retried: bars.filter(({ unit }) => table.retries.has(unit)).length,
      throttled: bars.reduce((total, { unit }) => total + (table.requestRetries.get(unit)?.[1] ?? 0), 0),
    }));
}

/** The first row in which nothing is in the way. */
function packedRows(bars: readonly TimelineBar[]): TimelineBar[][] {
  const rows: TimelineBar[][] = [];
  for (const bar of [...bars].sort((a, b) => a.fromMs - b.fromMs || a.unit - b.unit)) {
    // clocks of begin and duration are two: a millisecond of overlap is none
    const free = rows.find((row) => row[row.length - 1].toMs <= bar.fromMs + 2);
    if (free === undefined) rows.push([bar]);
    else free.push(bar);
  }
  return rows;
}

export interface TimeScale {
  /** 0..1 */
  readonly at: (ms: number) => number;
  readonly pauses: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Without what was cut. */
  readonly shownMs: number;
}

/** A pause of everybody that is longer than this share of the work is cut to it. */
const PAUSE_SHARE = 0.1;
const PAUSE_MS_MIN = 2000;

export function timeScale(tracks: readonly TimelineTrack[]): TimeScale {
  const bars = tracks.flatMap(({ rows }) => rows.flat()).sort((a, b) => a.fromMs - b.fromMs);
  const gaps: { fromMs: number; toMs: number }[] = [];
  let end = 0;
  let workMs = 0;
  for (const { fromMs, toMs } of bars) {
    if (fromMs > end) gaps.push({ fromMs: end, toMs: fromMs });
    if (toMs > end) {
      workMs += toMs - Math.max(end, fromMs);
      end = toMs;
    }
  }
  const keptMs = Math.max(PAUSE_MS_MIN, workMs * PAUSE_SHARE);
  const pauses = gaps.filter(({ fromMs, toMs }) => toMs - fromMs > keptMs);
  const shown = (ms: number): number =>
    pauses.reduce((left, { fromMs, toMs }) => {
      if (ms <= fromMs) return left;
      const inside = Math.min(ms, toMs) - fromMs;
      return left - inside + (inside * keptMs) / (toMs - fromMs);
    }, ms);
  const shownMs = Math.max(1, shown(end));
  return { at: (ms) => shown(ms) / shownMs, pauses, shownMs };
}
