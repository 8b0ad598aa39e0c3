/**
 * Run folder -> findings -> verdict, without a model. A function of the folder alone: no clock, no environment, no flags.
 * @module
 */
import { perturbations } from '../../perturbations/index.ts';
import { determinismSuite, driftSuite, leakageSuite } from '../../suites/index.ts';
import { judge } from '../gate/index.ts';
import { planSha256 } from '../plan/index.ts';
import { createRng, DataError } from '../ports/index.ts';
import {
  policy,
  SCHEMA_VERSION,
  type Findings,
  type Observation,
  type Policy,
  type SuiteInput,
  type Unit,
  type Verdict,
} from '../schema/index.ts';
import type { LogSummary, RunFolder } from '../store/index.ts';

export interface Analysis {
  readonly findings: Findings;
  readonly verdict: Verdict;
  readonly log: LogSummary;
}

/** @throws DataError when a record or a blob of the folder is damaged */
export async function analyse(run: RunFolder): Promise<Analysis> {
  const { plan } = run;
  const digest = planSha256(plan.units);
  if (digest !== plan.planSha256)
    throw new DataError({
      code: 'DATA_PLAN_DIGEST',
      at: `${run.directory}, plan.json`,
      expected: `units with the digest ${plan.planSha256}`,
      got: digest,
      hint: 'The file was edited.',
    });
  const log = await run.summarise();
  const byUnit = new Map(log.observations.map((record) => [record.unitId, record]));
  const ok = log.observations.filter(({ status }) => status === 'ok');
  const inputFor = (suite: string): SuiteInput => ({
    plan,
    observations: ok,
    perturbations,
    loadLogits: (blob) => run.loadLogits(blob),
    rng: createRng(`${run.manifest.seed}/suites/${suite}`),
  });
  const findings: Findings = {
    schemaVersion: SCHEMA_VERSION,
    unitsPlanned: plan.units.length,
    unitsObserved: ok.length,
    missing: plan.units.flatMap((unit) => missing(unit, byUnit.get(unit.id))),
    determinism: determinismSuite.analyse(inputFor(determinismSuite.id)),
    drift: driftSuite.analyse(inputFor(driftSuite.id)),
    leakage: leakageSuite.analyse(inputFor(leakageSuite.id)),
  };
  const verdict = judge({ findings, policy: policyOf(run), planComplete: true });
  return { findings, verdict, log };
}

/** Analyses and stores what was found. */
export async function analyseAndStore(run: RunFolder): Promise<Analysis> {
  const analysis = await analyse(run);
  run.writeFindings(analysis.findings);
  run.writeVerdict(analysis.verdict);
  return analysis;
}

/** The policy that the run began with. */
export function policyOf(run: RunFolder): Policy {
  const { config } = run.manifest;
  const stored: unknown =
    typeof config === 'object' && config !== null && 'policy' in config ? config.policy : undefined;
  const parsed = policy.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw new DataError({
    code: 'DATA_POLICY',
    at: `${run.directory}, manifest.json, config.policy`,
    expected: 'a policy',
    got: parsed.error.issues[0].message,
    hint: 'The file was edited.',
  });
}

function missing(unit: Unit, record: Observation | undefined): Findings['missing'] {
  if (record === undefined) return [{ unitId: unit.id, why: 'not run' }];
  if (record.status === 'ok') return [];
  const why = record.why ?? 'no reason was recorded';
  return [{ unitId: unit.id, why: record.status === 'unsupported' ? `not supported by the target: ${why}` : why }];
}
