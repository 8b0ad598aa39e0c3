/**
 * Effects: the numbers of findings that are compared between two results, each with the cases behind it.
 *
 * A row of equality gives one effect, of the strongest equality that could be measured in every case.
 * @module
 */
import { clopperPearson } from '../../statistics/index.ts';
import type {
  BaselineEffect,
  DeterminismCase,
  DeterminismRow,
  DriftCase,
  DriftRow,
  EffectMetric,
  Equality,
  Estimate,
  Findings,
  LeakageRow,
} from '../../schema/index.ts';

const CONFIDENCE = 0.95;

export function effectsOf(findings: Findings): BaselineEffect[] {
  return [
    ...findings.determinism.flatMap(determinismEffects),
    ...findings.drift.filter(({ promise }) => promise === 'drift').flatMap(driftEffects),
    ...findings.leakage.flatMap(leakageEffects),
  ];
}

function determinismEffects(row: DeterminismRow): BaselineEffect[] {
  const { byCase } = row;
  const ratios = (count: (one: DeterminismCase) => number | null): [string, [number, number]][] =>
    byCase.flatMap((one) => {
      const differing = count(one);
      return differing === null ? [] : [[one.caseId, [differing, one.n]]];
    });
  const effect = (metric: EffectMetric, equality: Equality, cases: [string, [number, number]][]): BaselineEffect => ({
    ...place('determinism', row),
    metric,
    value: shareEstimate(equality),
    cases: Object.fromEntries(cases),
  });
  const effects: BaselineEffect[] = [];
  if (!('kind' in row.bits) && row.bits.n > 0)
    effects.push(
      effect(
        'bitsDifferShare',
        row.bits,
        ratios(({ bitsDiffer }) => bitsDiffer),
      ),
    );
  if (row.tokens.n > 0)
    effects.push(
      effect(
        'tokensDifferShare',
        row.tokens,
        ratios(({ tokensDiffer }) => tokensDiffer),
      ),
    );
  else if (row.text.n > 0)
    effects.push(
      effect(
        'textDifferShare',
        row.text,
        ratios(({ textDiffer }) => textDiffer),
      ),
    );
  return effects;
}

function driftEffects(row: DriftRow): BaselineEffect[] {
  const cases = (above: (one: DriftCase) => number): Record<string, [number, number]> =>
    Object.fromEntries(row.byCase.map((one) => [one.caseId, [above(one), one.positions]]));
  if (row.byCase.length === 0) return [];
  return [
    { ...place('drift', row), metric: 'klNatsMean', value: row.klNatsMean, cases: cases(({ klNatsSum }) => klNatsSum) },
    { ...place('drift', row), metric: 'sameTopShare', value: row.sameTopShare, cases: cases(({ sameTop }) => sameTop) },
  ];
}

function leakageEffects(row: LeakageRow): BaselineEffect[] {
  if (row.contentDependent.n === 0) return [];
  return [
    {
      ...place('leakage', row),
      metric: 'contentDependentShare',
      value: shareEstimate(row.contentDependent),
      cases: Object.fromEntries(row.byCase.map(({ caseId, differ, n }) => [caseId, [differ, n]])),
    },
  ];
}

function place<Report extends BaselineEffect['report']>(
  report: Report,
  { axis, level, label, promise }: DeterminismRow | DriftRow | LeakageRow,
) {
  return { report, axis, level, label, promise };
}

/** The share that DIFFERS, with the two-sided exact interval. */
function shareEstimate({ equal, n }: Equality): Estimate {
  const differing = n - equal;
  const { low, high } = clopperPearson({ successes: differing, trials: n, confidence: CONFIDENCE });
  return { kind: 'measured', value: differing / n, low, high, n };
}
