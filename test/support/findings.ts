/**
 * Rows of findings for the tests of the gate and of what shows a verdict: each a passing row, to be changed in one place.
 * @module
 */
import {
  policy as policySchema,
  SCHEMA_VERSION,
  type DeterminismRow,
  type DriftRow,
  type Equality,
  type Findings,
  type LeakageRow,
  type Policy,
  type Verdict,
} from '../../harness/schema/index.ts';
import { judge, type JudgeInput } from '../../harness/gate/index.ts';
import { clopperPearsonHigh, clopperPearsonLow } from '../../harness/statistics/index.ts';

export const createPolicy = (change: Partial<Policy> = {}): Policy => ({ ...policySchema.parse({}), ...change });

/** `equal` of `n`, with its bounds. */
export function createEquality(equal: number, n: number): Equality {
  if (n === 0) return { equal, n, failureRateHigh: null, failureRateLow: null };
  const failures = { successes: n - equal, trials: n, confidence: 0.95 };
  return { equal, n, failureRateHigh: clopperPearsonHigh(failures), failureRateLow: clopperPearsonLow(failures) };
}

export function createDeterminismRow(change: Partial<DeterminismRow> = {}): DeterminismRow {
  return {
    perturbation: 'batch-size',
    axis: 'batch-size/ragged',
    level: 'size-4',
    label: '4 requests, ragged lengths',
    promise: 'bit-equal',
    bits: createEquality(24, 24),
    tokens: createEquality(24, 24),
    text: createEquality(24, 24),
    uniqueOutputs: { max: 1, mean: 1 },
    firstTokenDiffs: [],
    maxAbsLogprobDiff: { kind: 'measured', value: 0, low: null, high: null, n: 24 },
    evidence: { steps: 12 },
    evidenceProblem: null,
    divergences: [],
    byCase: [],
    ...change,
  };
}

export function createDriftRow(change: Partial<DriftRow> = {}): DriftRow {
  const measured = (value: number, low: number, high: number) =>
    ({ kind: 'measured', value, low, high, n: 10 }) as const;
  return {
    perturbation: 'precision',
    axis: 'precision',
    level: 'bf16',
    label: 'bfloat16',
    promise: 'drift',
    context: 'prompt-positions',
    positions: 160,
    klNatsMean: measured(0.004, 0.003, 0.005),
    klNatsMax: { kind: 'measured', value: 0.02, low: null, high: null, n: 10 },
    klNatsQuantiles: { p50: 0.003, p90: 0.01, p99: 0.02 },
    sameTopShare: measured(0.97, 0.95, 0.99),
    maxAbsLogprobDiff: { kind: 'measured', value: 0.3, low: null, high: null, n: 10 },
    rmsLogprobDiff: measured(0.02, 0.01, 0.03),
    meanLogprobDiff: measured(0, -0.01, 0.01),
    perplexityRatio: measured(1, 0.99, 1.01),
    band: 'small',
    klNatsByPosition: [0.003, 0.005],
    evidence: {},
    byCase: [],
    ...change,
  };
}

export function createLeakageRow(change: Partial<LeakageRow> = {}): LeakageRow {
  return {
    perturbation: 'content-swap',
    axis: 'content-swap',
    level: 'swapped',
    label: 'other content, same lengths',
    promise: 'content-independent',
    meaning: 'cross-request',
    contentDependent: createEquality(24, 24),
    tokenDependent: 0,
    canaries: { outputs: 320, planted: 160, foreign: 0, failureRateHigh: 1 - 0.05 ** (1 / 320) },
    evidence: {},
    evidenceProblem: null,
    divergences: [],
    byCase: [],
    ...change,
  };
}

/** Judges without a baseline and without a serving card, on a day before every waiver of the tests. */
export function judgeFindings(change: Partial<JudgeInput> & Pick<JudgeInput, 'findings'>): Verdict {
  return judge({
    policy: createPolicy(),
    planComplete: true,
    comparison: null,
    card: [],
    today: '2026-11-28',
    ...change,
  });
}

export function createFindings(change: Partial<Findings> = {}): Findings {
  return {
    schemaVersion: SCHEMA_VERSION,
    unitsPlanned: 4,
    unitsObserved: 4,
    partial: null,
    executions: { repeatedUnits: 0, unequal: [] },
    retried: [],
    missing: [],
    unsupported: [],
    determinism: [],
    drift: [],
    leakage: [],
    ...change,
  };
}
