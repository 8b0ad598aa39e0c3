/**
 * Figures of the leakage report: how much dependence the comparisons still allow, and who gets what from a shared cache.
 * @module
 */
import { count, percent } from '../number-format.ts';
import type { Figure, GridCell, GridFigure, IntervalsFigure } from '../view.ts';
import { placeOf, type Context } from './context.ts';

export function leakageFigures(context: Context): Figure[] {
  return [...dependenceFigure(context), ...cacheMatrix(context)];
}

function dependenceFigure(context: Context): IntervalsFigure[] {
  const rows = context.findings.leakage.filter(({ contentDependent }) => contentDependent.n > 0);
  if (rows.length === 0) return [];
  const limit = context.policy?.maxFailureRate ?? null;
  return [
    {
      kind: 'intervals',
      scale: 'linear',
      pointName: 'share dependent',
      id: 'dependence-by-level',
      title: 'Dependence on the content of others, by level',
      caption: `Point = share of requests that changed in any bit, line = from the lower to the upper 95 % bound (each one-sided, exact): what zero of n still allows.${limit === null ? '' : ' A tick across the row is what the policy allows.'}`,
      points: rows.map((row) => {
        const { equal, n, failureRateLow, failureRateHigh } = row.contentDependent;
        return {
          label: row.level,
          axis: row.axis,
          status: context.statusOfRow('leakage', row),
          value: (n - equal) / n,
          low: failureRateLow,
          high: failureRateHigh,
          bound: limit,
          text: `${count(n - equal)} of ${count(n)} depend (95 % bounds ${percent(failureRateLow ?? 0)} and ${percent(failureRateHigh ?? 1)})`,
        };
      }),
      bands: [],
      xTitle: 'share of compared requests',
    },
  ];
}

/** `cache-salt/disk`, `other-salt.disk`: where the pages lie, and who asks. */
const CACHE_AXIS = /^cache-salt\/(.+)$/;

/** Who asks, by where the owner's pages lie: hits of the shared cache. */
function cacheMatrix(context: Context): GridFigure[] {
  const shared = context.findings.leakage.flatMap((row) => partsOf(row.axis, row.level, row));
  // the same salt owes equal bits and a hit: it is judged as determinism, and shown here as the other half of the assertion
  const own = context.findings.determinism
    .filter(({ level }) => level.startsWith('same-salt.'))
    .flatMap((row) => partsOf(row.axis, row.level, row));
  if (shared.length === 0) return [];
  const states = [...new Set([...own, ...shared].map(({ where }) => where))];
  const askers = [...new Set(shared.map(({ who }) => who))];
  const ownCells = states.map((where): GridCell | null => {
    const found = own.find((one) => one.where === where);
    if (found === undefined) return null;
    const cached = found.row.evidence['cachedTokens'] ?? 0;
    return {
      text: cached > 0 ? `hit, ${count(cached)} tokens` : 'no hit',
      title: `${placeOf(found.row)}: at least ${count(cached)} tokens of a unit came from the cache; a hit is owed`,
      status: context.statusOfRow('determinism', found.row),
      shade: null,
    };
  });
  const cellOf = (who: string, where: string): GridCell | null => {
    const found = shared.find((one) => one.who === who && one.where === where);
    if (found === undefined) return null;
    const { sharedPrefix } = found.row;
    if (sharedPrefix === undefined) return null;
    return {
      text: `${count(sharedPrefix.shared)}/${count(sharedPrefix.requests)}`,
      title: `${placeOf(found.row)}: ${count(sharedPrefix.shared)} of ${count(sharedPrefix.requests)} got tokens from what only others had sent; none is owed`,
      status: context.statusOfRow('leakage', found.row),
      shade: null,
    };
  };
  return [
    {
      kind: 'grid',
      id: 'cache-matrix',
      title: 'Who gets what from a shared cache',
      caption:
        'Row = who asks for the owner’s prompt, column = where the owner’s pages lie. The owner has to hit: without that, a cache that is off would pass. Nobody else may: requests that got tokens, of those that asked.',
      rowTitle: 'Who asks',
      columnTitle: 'where the pages lie',
      columns: states,
      rows: [
        ...(ownCells.some((one) => one !== null) ? [{ name: 'same salt (owed a hit)', cells: ownCells }] : []),
        ...askers.map((who) => ({ name: who, cells: states.map((where) => cellOf(who, where)) })),
      ],
    },
  ];
}

interface CachePlace<R> {
  readonly who: string;
  readonly where: string;
  readonly row: R;
}

function partsOf<R>(axis: string, level: string, row: R): CachePlace<R>[] {
  const where = CACHE_AXIS.exec(axis)?.[1];
  if (where === undefined || !level.endsWith(`.${where}`)) return [];
  return [{ who: level.slice(0, -where.length - 1), where, row }];
}
