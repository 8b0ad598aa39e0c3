/**
 * The checks that a plan leads to, with the number of comparisons that each will have: what a verdict can and cannot know, before a
 * single request is sent.
 *
 * The rows are those of the reports: one per perturbation, axis, level and promise, in the order in which the plan names them first.
 * Counted are the probes of a level, since those are compared with their counterparts at the reference.
 * @module
 */
import type { LevelPromise, ReportKind, Unit } from '../schema/index.ts';
import { jobFor, type PlanInput } from './expand.ts';

export interface PlannedCheck {
  readonly report: ReportKind;
  readonly perturbation: string;
  readonly axis: string;
  readonly level: string;
  readonly label: string;
  readonly promise: LevelPromise;
  readonly units: number;
  /** Requests that are compared with their counterparts, if every unit is measured. */
  readonly comparisons: number;
  /** Different cases among them: what the intervals of drift are over. */
  readonly cases: number;
}

const REPORT_OF: Readonly<Record<LevelPromise, ReportKind>> = {
  'bit-equal': 'determinism',
  'content-independent': 'leakage',
  drift: 'drift',
};

export function plannedChecks(input: PlanInput, units: readonly Unit[]): PlannedCheck[] {
  const checks = new Map<string, { check: PlannedCheck; units: number; comparisons: number; cases: Set<string> }>();
  for (const unit of units)
    for (const level of unit.levels) {
      if (level.reference === null) continue;
      const { promise, axis, label } = level;
      const key = JSON.stringify([unit.perturbation, axis, level.id, promise]);
      const row = checks.get(key) ?? {
        check: {
          report: REPORT_OF[promise],
          perturbation: unit.perturbation,
          axis,
          level: level.id,
          label,
          promise,
          units: 0,
          comparisons: 0,
          cases: 0,
        },
        units: 0,
        comparisons: 0,
        cases: new Set<string>(),
      };
      checks.set(key, row);
      row.units++;
      for (const { role, caseId } of jobFor(input, unit, level).waves.flat()) {
        if (role !== 'probe') continue;
        row.comparisons++;
        row.cases.add(caseId);
      }
    }
  return [...checks.values()].map(({ check, cases, ...counts }) => ({ ...check, ...counts, cases: cases.size }));
}

/** What the units of each perturbation cost, in plan order. */
export function costByPerturbation(
  units: readonly Unit[],
): { readonly perturbation: string; readonly units: number; readonly requests: number; readonly tokens: number }[] {
  const costs = new Map<string, { units: number; requests: number; tokens: number }>();
  for (const { perturbation, cost } of units) {
    const sum = costs.get(perturbation) ?? { units: 0, requests: 0, tokens: 0 };
    costs.set(perturbation, sum);
    sum.units++;
    sum.requests += cost.requests;
    sum.tokens += cost.tokens;
  }
  return [...costs].map(([perturbation, cost]) => ({ perturbation, ...cost }));
}
