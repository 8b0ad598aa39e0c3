/**
 * Units: how much of the plan was observed, by which lanes, and what is missing with its reason.
 * @module
 */
import { compareNumbers, count, counted, duration } from '../number-format.ts';
import type { NamedValue, UnitsView } from '../view.ts';
import type { UnitSummary, ViewInput } from './context.ts';

export function unitsView({ plan, findings, units }: ViewInput): UnitsView {
  const observed = new Map(units.map((unit) => [unit.unitId, unit]));
  const perturbationOf = new Map(plan.units.map((unit) => [unit.id, unit.perturbation]));
  const perturbations = [...new Set(plan.units.map(({ perturbation }) => perturbation))];
  return {
    planned: findings.unitsPlanned,
    observed: findings.unitsObserved,
    facts: factsOf(units),
    coverage: perturbations.map((perturbation) => {
      const planned = plan.units.filter((unit) => unit.perturbation === perturbation);
      const seen = planned.flatMap(({ id }) => observed.get(id) ?? []);
      return {
        perturbation,
        planned: count(planned.length),
        observed: count(seen.filter(({ status }) => status === 'ok').length),
        requests: count(planned.reduce((total, { cost }) => total + cost.requests, 0)),
        time: seen.length === 0 ? '–' : duration(total(seen)),
      };
    }),
    missing: findings.missing.map(({ unitId, why }) => ({
      unitId,
      perturbation: perturbationOf.get(unitId) ?? 'not in the plan',
      why,
    })),
  };
}

function factsOf(units: readonly UnitSummary[]): NamedValue[] {
  const ok = units.filter(({ status }) => status === 'ok').length;
  const retried = units.filter(({ attempts }) => attempts > 1).length;
  const durations = units.map(({ durationMs }) => durationMs).toSorted(compareNumbers);
  const lanes = [...new Set(units.map(({ lane }) => lane))].toSorted(compareNumbers);
  const busy = lanes.map((lane) => duration(total(units.filter((unit) => unit.lane === lane))));
  return [
    { name: 'Usable', value: `${count(ok)} of ${counted(units.length, 'recorded unit')}` },
    { name: 'Errors', value: count(units.filter(({ status }) => status === 'error').length) },
    { name: 'Not supported', value: count(units.filter(({ status }) => status === 'unsupported').length) },
    { name: 'Retried', value: counted(retried, 'unit') },
    {
      name: 'Time per unit',
      value:
        durations.length === 0
          ? '–'
          : `median ${duration(durations[Math.floor((durations.length - 1) / 2)]!)}, longest ${duration(durations.at(-1)!)}`,
    },
    { name: 'Lanes', value: lanes.length === 0 ? '–' : `${count(lanes.length)} (busy ${busy.join(', ')})` },
  ];
}

const total = (units: readonly UnitSummary[]): number => units.reduce((sum, { durationMs }) => sum + durationMs, 0);
