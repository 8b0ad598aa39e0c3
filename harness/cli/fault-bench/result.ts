/**
 * Trials to the stored result with its verdict: a core fault that is missed, a false alarm beyond alpha, or an unchanged engine that
 * does not pass, and the bench fails.
 * @module
 */
import {
  alarmBound,
  controls,
  faults,
  faultsNotRun,
  protocolOf,
  scoreOf,
  type Trial,
} from '../../../suites/fault-bench/index.ts';
import { SCHEMA_VERSION, type FaultBench } from '../../schema/index.ts';

/** Rate of false alarms that is accepted. */
const ALPHA = 0.05;

export interface BenchRun {
  readonly ids: readonly string[];
  readonly seeds: number;
  readonly trials: readonly Trial[];
  readonly unclean: FaultBench['unclean'];
  readonly ms: number;
}

export function benchResult({ ids, seeds, trials, unclean, ms }: BenchRun): FaultBench {
  const scores = faults
    .filter(({ id }) => ids.includes(id))
    .map((fault) => ({
      name: fault.name,
      suite: protocolOf(fault.protocol).suite,
      protocol: fault.protocol,
      core: fault.core,
      ...scoreOf(fault, trials),
    }));
  const silent = controls
    .filter(({ id, protocols }) => ids.includes(id) && protocols.length > 0)
    .map(({ id, title }) => ({ title, ...alarmBound(id, trials, ALPHA) }));
  const missed = scores.filter(({ core, outcome }) => core && outcome !== 'found').map(({ id }) => id);
  const alarms = silent.filter(({ outcome }) => outcome === 'alarm').map(({ id }) => id);
  const reasons = [
    ...(unclean.length > 0 ? [`The unchanged engine did not pass ${unclean[0].protocol}: ${unclean[0].why}`] : []),
    ...(missed.length > 0 ? [`Core faults not found in 19 of 20 seeds: ${missed.join(', ')}.`] : []),
    ...(alarms.length > 0 ? [`False alarms beyond ${ALPHA}: ${alarms.join(', ')}.`] : []),
  ];
  return {
    schemaVersion: SCHEMA_VERSION,
    seeds,
    alpha: ALPHA,
    faults: scores,
    controls: silent,
    notRun: [
      ...faultsNotRun.map(({ id, name, why }) => ({ id, name, why })),
      ...controls.flatMap(({ id, title, why }) => (why === null ? [] : [{ id, name: title, why }])),
    ],
    unclean,
    outcome: reasons.length === 0 ? 'pass' : 'fail',
    reason:
      reasons.length === 0 ? 'Every core fault that was run was found, and no control was flagged.' : reasons.join(' '),
    ms,
  };
}
