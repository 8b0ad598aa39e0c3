/**
 * Trials to scores: detected, localised, missed, inconclusive, for each fault and view; false alarms for each control; one verdict.
 * @module
 */
import { clopperPearsonHigh, clopperPearsonLow } from '../../harness/statistics/index.ts';

/** One fault or control on one seed. */
export interface Trial {
  readonly id: string;
  readonly protocol: string;
  readonly seed: string;
  /** How often the mutated line ran; null for a control. */
  readonly activations: number | null;
  /** Whether the gate fails, with logits and audits, and with what any server returns. */
  readonly white: boolean;
  readonly black: boolean;
  /** An audit or an invariant of the engine named the matter; null = none did. */
  readonly trap: string | null;
  /** Axes of failing checks. */
  readonly axes: readonly string[];
  /** First op that differs; null = not looked for, or none. */
  readonly op: string | null;
  /** What the gate says is missing as evidence; null = nothing. */
  readonly evidenceProblem: string | null;
  readonly ms: number;
}

/** What a score needs to know of a fault. */
export interface Expected {
  readonly id: string;
  readonly core: boolean;
  readonly axes: readonly string[];
  readonly op: string | null;
}

export interface FaultScore {
  readonly id: string;
  readonly seeded: number;
  /** Trials in which the mutated line never ran. */
  readonly notActivated: number;
  readonly detected: number;
  readonly white: number;
  readonly black: number;
  /** By an audit or invariant. */
  readonly traps: number;
  /** Of the detected ones: the right factor, and the right op where one is expected. */
  readonly localised: number;
  readonly ms: number;
  readonly outcome: 'found' | 'missed' | 'inconclusive';
}

export interface ControlScore {
  readonly id: string;
  readonly runs: number;
  readonly alarms: number;
  /** 95 % upper bound of the rate of false alarms. */
  readonly rateHigh: number;
  readonly outcome: 'silent' | 'alarm';
}

/** A fault is found when so large a share of its seeds is (19 of 20). */
const FOUND_SHARE = 0.95;
const CONFIDENCE = 0.95;

export function scoreOf(expected: Expected, trials: readonly Trial[]): FaultScore {
  const own = trials.filter(({ id }) => id === expected.id);
  const active = own.filter(({ activations }) => activations !== 0);
  const detected = active.filter(isDetected);
  const count = (what: (trial: Trial) => boolean): number => active.filter(what).length;
  return {
    id: expected.id,
    seeded: own.length,
    notActivated: own.length - active.length,
    detected: detected.length,
    white: count(({ white, trap }) => white || trap !== null),
    black: count(({ black }) => black),
    traps: count(({ trap }) => trap !== null),
    localised: detected.filter((trial) => isLocalised(expected, trial)).length,
    ms: own.reduce((sum, { ms }) => sum + ms, 0),
    outcome: outcomeOf(own.length, active.length, detected.length),
  };
}

/** Found in 19 of 20 of all seeds; where too few of them were active to say either, nothing is shown. */
function outcomeOf(seeded: number, active: number, detected: number): FaultScore['outcome'] {
  if (detected < FOUND_SHARE * active) return 'missed';
  return active > 0 && detected >= FOUND_SHARE * seeded ? 'found' : 'inconclusive';
}

const isDetected = ({ white, black, trap }: Trial): boolean => white || black || trap !== null;

/** An audit names request, layer and page itself. */
function isLocalised({ axes, op }: Expected, trial: Trial): boolean {
  if (trial.axes.length === 0) return trial.trap !== null;
  const factor = trial.axes.every((axis) => axes.some((right) => axis === right || axis.startsWith(right)));
  return factor && (op === null || (trial.op !== null && new RegExp(op).test(trial.op)));
}

/** False alarms beyond what alpha allows: the rate is above it with 95 % confidence. */
export function alarmBound(id: string, trials: readonly Trial[], alpha: number): ControlScore {
  const own = trials.filter((trial) => trial.id === id);
  const alarms = own.filter(isDetected).length;
  const interval = { successes: alarms, trials: own.length, confidence: CONFIDENCE };
  return {
    id,
    runs: own.length,
    alarms,
    rateHigh: own.length === 0 ? 1 : clopperPearsonHigh(interval),
    outcome: own.length > 0 && clopperPearsonLow(interval) > alpha ? 'alarm' : 'silent',
  };
}
