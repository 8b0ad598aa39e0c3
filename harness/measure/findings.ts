/**
 * From what a plan's units returned to findings: every suite over the same observations, and what was left out.
 * @module
 */
import { perturbations } from '../../perturbations/index.ts';
import { countAgreement, determinismSuite, driftSuite, leakageSuite } from '../../suites/index.ts';
import { createRng } from '../ports/index.ts';
import {
  SCHEMA_VERSION,
  type AgreementRow,
  type Findings,
  type Plan,
  type SuiteInput,
  type Unit,
} from '../schema/index.ts';
import type { IndexedUnit, LogIndex } from '../store/index.ts';

export interface FindingsInput {
  /** The units that were to be measured. */
  readonly plan: Plan;
  readonly log: Pick<LogIndex, 'units' | 'observations' | 'repeatedUnits' | 'unequal'>;
  readonly partial: Findings['partial'];
  /** Of the run: what the suites draw hangs on it. */
  readonly seed: string;
  readonly loadLogits: SuiteInput['loadLogits'];
}

/** What was measured, without a judgement. */
export function findingsFrom({ plan, log, partial, seed, loadLogits }: FindingsInput): Findings {
  const byUnit = new Map(log.units.map((record) => [record.unitId, record]));
  const retried = log.units.filter(({ attempts }) => attempts > 1);
  const inputFor = (suite: string): SuiteInput => ({
    plan,
    observations: log.observations,
    perturbations,
    loadLogits,
    rng: createRng(`${seed}/suites/${suite}`),
  });
  const agreement = countAgreement(plan);
  const determinism = determinismSuite.analyse({
    ...inputFor(determinismSuite.id),
    observations: agreement.watch(log.observations),
  });
  return {
    schemaVersion: SCHEMA_VERSION,
    unitsPlanned: plan.units.length,
    unitsObserved: log.units.filter(({ status }) => status === 'ok').length,
    partial,
    executions: { repeatedUnits: log.repeatedUnits, unequal: [...log.unequal] },
    retried: retried.map(({ unitId, attempts, failedAttempts }) => ({ unitId, attempts, errors: [...failedAttempts] })),
    missing: plan.units.flatMap((unit) => missing(unit, byUnit.get(unit.id))),
    unsupported: plan.units.flatMap((unit) => unsupported(unit, byUnit.get(unit.id))),
    ...cachedUnits(log),
    determinism,
    ...agreementRows(agreement.result()),
    drift: driftSuite.analyse(inputFor(driftSuite.id)),
    leakage: leakageSuite.analyse(inputFor(leakageSuite.id)),
  };
}

const agreementRows = (rows: readonly AgreementRow[]): Pick<Findings, 'agreement'> =>
  rows.length === 0 ? {} : { agreement: [...rows] };

/** Absent where there are none, so that findings without a cache do not speak of it. */
function cachedUnits({ units }: FindingsInput['log']): Pick<Findings, 'cached'> {
  const cached = units.flatMap(({ unitId, cachedFrom }) =>
    cachedFrom === null ? [] : [{ unitId, runId: cachedFrom }],
  );
  return cached.length === 0 ? {} : { cached };
}

function missing(unit: Unit, record: IndexedUnit | undefined): Findings['missing'] {
  if (record === undefined) return [{ unitId: unit.id, why: 'not run' }];
  return record.status === 'error' ? [{ unitId: unit.id, why: whyOf(record) }] : [];
}

function unsupported(unit: Unit, record: IndexedUnit | undefined): Findings['unsupported'] {
  return record?.status === 'unsupported' ? [{ unitId: unit.id, why: whyOf(record) }] : [];
}

const whyOf = ({ why }: IndexedUnit): string => why ?? 'no reason was recorded';
