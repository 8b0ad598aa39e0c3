/**
 * Figures of the determinism report: what differs at which level, where in the output, and by how much.
 * @module
 */
import type { DeterminismRow } from '../../harness/schema/index.ts';
import { compareNumbers, count, counted, percent, small } from '../number-format.ts';
import type { CurvesFigure, Figure, GridFigure, IntervalsFigure, Series } from '../view.ts';
import { placeOf, type Context } from './context.ts';

const HISTOGRAM_BINS_MAX = 24;
/** Columns of the map: fewer than a histogram has, each is read as a number. */
const MAP_BINS_MAX = 10;
/** More lines than this cannot be told apart. */
const CURVES_MAX = 6;

export function determinismFigures(context: Context): Figure[] {
  const rows = context.findings.determinism;
  return [
    ...equalityFigure(rows),
    ...changesFigure(context),
    ...firstTokenFigure(rows),
    ...divergenceMap(rows),
    ...sizesFigure(rows),
    ...flipsFigure(rows),
  ];
}

function equalityFigure(rows: readonly DeterminismRow[]): Figure[] {
  const compared = rows.filter((row) => row.tokens.n > 0);
  if (compared.length === 0) return [];
  const shares = (pick: (row: DeterminismRow) => number): number[] =>
    compared.map((row) => Math.round((pick(row) / row.tokens.n) * 10_000) / 100);
  const hasBits = (row: DeterminismRow): boolean => !('kind' in row.bits) && row.bits.n > 0;
  const bitsEqual = (row: DeterminismRow): number =>
    'kind' in row.bits ? 0 : Math.min(row.bits.equal, row.tokens.equal);
  const all: Series[] = [
    { name: 'bits equal', role: 'equal', values: shares(bitsEqual) },
    {
      name: 'tokens equal, bits differ',
      role: 'tokens-only',
      values: shares((row) => (hasBits(row) ? row.tokens.equal - bitsEqual(row) : 0)),
    },
    {
      name: 'tokens equal, bits not available',
      role: 'unknown',
      values: shares((row) => (hasBits(row) ? 0 : row.tokens.equal)),
    },
    { name: 'tokens differ', role: 'different', values: shares((row) => row.tokens.n - row.tokens.equal) },
  ];
  return [
    {
      kind: 'stacked-bars',
      id: 'equality-by-level',
      title: 'How equal, by level',
      caption:
        'Share of compared requests. Solid = bits equal; a level that owes equal bits should be solid from end to end.',
      categories: compared.map((row) => `${row.axis} · ${row.level} (n ${row.tokens.n})`),
      series: all.filter(({ values, role }) => role === 'equal' || values.some((value) => value !== null && value > 0)),
      xTitle: 'share of compared requests, %',
    },
  ];
}

function firstTokenFigure(rows: readonly DeterminismRow[]): Figure[] {
  const diffsOf = (owed: boolean): number[] =>
    rows.filter(({ promise }) => (promise === 'bit-equal') === owed).flatMap(({ firstTokenDiffs }) => firstTokenDiffs);
  const owed = diffsOf(true);
  const free = diffsOf(false);
  if (owed.length + free.length === 0) return [];
  const { width, names } = positionBins([...owed, ...free], HISTOGRAM_BINS_MAX);
  const counts = (diffs: readonly number[]): number[] => names.map((_, bin) => inBin(diffs, bin, width));
  const series: Series[] = [
    { name: 'levels that owe equal bits', role: 'owed', values: counts(owed) },
    { name: 'levels that may move', role: 'free', values: counts(free) },
  ];
  return [
    {
      kind: 'histogram',
      id: 'first-diverging-token',
      title: 'First diverging token',
      caption:
        'Where pairs take another token for the first time. Early = the change is felt at once; late = a near tie tipped over.',
      bins: names,
      series: series.filter(({ values }) => values.some((value) => value !== null && value > 0)),
      xTitle: 'position of the first diverging token',
      yTitle: 'pairs',
    },
  ];
}

/** Positions in bins of one width, so that there are at most `most`. */
function positionBins(diffs: readonly number[], most: number): { readonly width: number; readonly names: string[] } {
  const last = diffs.reduce((largest, diff) => Math.max(largest, diff), 0);
  const width = Math.ceil((last + 1) / most);
  const names = Array.from({ length: Math.floor(last / width) + 1 }, (_, bin) =>
    width === 1 ? String(bin) : `${bin * width}–${bin * width + width - 1}`,
  );
  return { width, names };
}

const inBin = (diffs: readonly number[], bin: number, width: number): number =>
  diffs.filter((diff) => Math.floor(diff / width) === bin).length;

/** The forest plot: the share of requests that changed, with its interval, against what an identical repeat shows. */
function changesFigure(context: Context): IntervalsFigure[] {
  const rows = context.findings.determinism.filter(({ tokens }) => tokens.n > 0);
  if (rows.length === 0) return [];
  // of several repeats the widest: what any of them still allows is noise
  const noise = rows
    .filter(({ axis }) => axis === 'repeat')
    .map(({ tokens }) => tokens.failureRateHigh ?? 1)
    .toSorted(compareNumbers)
    .at(-1);
  const limit = context.policy?.maxFailureRate ?? null;
  const points = rows.map((row) => {
    const { equal, n, failureRateLow, failureRateHigh } = row.tokens;
    return {
      label: row.level,
      axis: row.axis,
      status: context.statusOfRow('determinism', row),
      value: (n - equal) / n,
      low: failureRateLow,
      high: failureRateHigh,
      bound: row.promise === 'bit-equal' ? limit : null,
      text: `${count(n - equal)} of ${count(n)} take another token (95 % bounds ${percent(failureRateLow ?? 0)} and ${percent(failureRateHigh ?? 1)})`,
    };
  });
  const band =
    noise === undefined
      ? 'No level repeats a request unchanged, so there is no noise band.'
      : 'The shaded column is what an unchanged repeat still allows: an interval that lies within it is not told from noise.';
  return [
    {
      kind: 'intervals',
      scale: 'linear',
      pointName: 'share changed',
      id: 'changes-by-level',
      title: 'Requests that take another token, by level',
      caption: `Point = share of compared requests, line = from the lower to the upper 95 % bound (each one-sided, exact). ${band}${limit === null ? '' : ' A tick across the row is the failure rate that the policy allows where equal bits are owed.'}`,
      points,
      bands: noise === undefined ? [] : [{ name: 'repeat', max: noise }],
      xTitle: 'share of compared requests',
    },
  ];
}

/** Level by position: at once or late, and whether the levels of an axis agree. */
function divergenceMap(rows: readonly DeterminismRow[]): GridFigure[] {
  const moved = rows.filter(({ firstTokenDiffs }) => firstTokenDiffs.length > 0);
  if (moved.length === 0) return [];
  const { width, names } = positionBins(
    moved.flatMap(({ firstTokenDiffs }) => firstTokenDiffs),
    MAP_BINS_MAX,
  );
  return [
    {
      kind: 'grid',
      id: 'divergence-map',
      title: 'Where levels part',
      caption:
        'Pairs by the position of their first other token. Darker = a larger share of the compared requests of the level.',
      rowTitle: 'Level',
      columnTitle: 'position of the first other token',
      columns: names,
      rows: moved.map((row) => ({
        name: `${row.axis} · ${row.level}`,
        cells: names.map((name, bin) => {
          const here = inBin(row.firstTokenDiffs, bin, width);
          if (here === 0) return null;
          const title = `${placeOf(row)}: ${counted(here, 'pair')} of ${count(row.tokens.n)} at position ${name}`;
          return { text: count(here), title, status: null, shade: here / row.tokens.n };
        }),
      })),
    },
  ];
}

/** How large the differences are: each level's cases by their largest |difference of a log-probability|. */
function sizesFigure(rows: readonly DeterminismRow[]): CurvesFigure[] {
  const levels = rows
    .map((row) => ({
      row,
      sizes: row.byCase
        .map(({ maxAbsLogprobDiff }) => maxAbsLogprobDiff)
        .filter((size) => size !== null)
        .toSorted(compareNumbers),
    }))
    .filter(({ sizes }) => (sizes.at(-1) ?? 0) > 0);
  if (levels.length === 0) return [];
  const medianOf = (sizes: readonly number[]): number => sizes[Math.floor((sizes.length - 1) / 2)];
  const shown = levels.toSorted((a, b) => compareNumbers(medianOf(b.sizes), medianOf(a.sizes))).slice(0, CURVES_MAX);
  const left = levels.length - shown.length;
  return [
    {
      kind: 'curves',
      scale: 'logarithmic',
      id: 'logprob-sizes',
      title: 'Size of the largest difference',
      caption: `Share of cases whose largest |Δ logprob| is at most x, up to the first other token. A curve further left = smaller differences; one that begins above zero has cases without any.${left > 0 ? ` The ${CURVES_MAX} levels with the largest medians of ${levels.length}; the smallest is at ${small(levels.reduce((least, one) => Math.min(least, medianOf(one.sizes)), Infinity))}.` : ''}`,
      curves: shown.map(({ row, sizes }) => ({
        name: `${row.axis} · ${row.level}`,
        role: 'plain',
        points: sizes.map((x, at) => ({ x, y: (at + 1) / sizes.length })),
      })),
      xTitle: 'largest |Δ logprob| of a case, nats',
      yTitle: 'share of cases',
    },
  ];
}

/** Flips by margin: near ties that noise tips over, and changes that it does not explain. */
function flipsFigure(rows: readonly DeterminismRow[]): Figure[] {
  const flipped = rows.flatMap((row) => (row.flips === undefined ? [] : [{ row, flips: row.flips }]));
  if (flipped.length === 0) return [];
  const all: Series[] = [
    { name: 'near ties', role: 'tokens-only', values: flipped.map(({ flips }) => flips.benign) },
    { name: 'not explained by noise', role: 'different', values: flipped.map(({ flips }) => flips.hard) },
    { name: 'margin or noise not known', role: 'unknown', values: flipped.map(({ flips }) => flips.unknown) },
  ];
  return [
    {
      kind: 'stacked-bars',
      id: 'flips-by-margin',
      title: 'Flipped tokens, by margin',
      caption:
        'Pairs by their first other token. Near tie = at the reference the two tokens lay closer together than the noise of the run.',
      categories: flipped.map(({ row }) => `${row.axis} · ${row.level}`),
      series: all.filter(({ values }) => values.some((value) => value !== null && value > 0)),
      xTitle: 'pairs',
    },
  ];
}
