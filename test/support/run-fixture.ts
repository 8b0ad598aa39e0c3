/**
 * The records of one run for report tests: a pass, a failed batch size, a leak, drift in and out of bound, hostile texts.
 * @module
 */
import {
  manifest as manifestSchema,
  plan as planSchema,
  SCHEMA_VERSION,
  type Findings,
  type Manifest,
  type Plan,
  type Policy,
} from '../../harness/schema/index.ts';
import { buildView, type View, type ViewInput } from '../../reports/index.ts';
import {
  createDeterminismRow,
  createDriftRow,
  createEquality,
  createFindings,
  createLeakageRow,
  judgeFindings,
  createPolicy,
} from './findings.ts';

/** Text that a model could answer: markup, an end of script, terminal and bidi controls, line separators. */
export const HOSTILE = '</script><img src=x onerror=alert(1)>\u001b[31mred\u202e\u2028=1+1';

const DIGEST = 'a'.repeat(64);
const unit = (digit: string): string => `u-${digit.repeat(16)}`;

function createManifest(policy: Policy): Manifest {
  return manifestSchema.parse({
    schemaVersion: SCHEMA_VERSION,
    runId: 'fixture',
    createdAt: '2026-01-02T03:04:05.000Z',
    evenkeelVersion: '0.1.0',
    runtime: { node: '20.19.0', platform: 'linux', arch: 'x64' },
    configGit: { commit: 'b'.repeat(40), dirty: true },
    configSha256: DIGEST,
    casesSha256: DIGEST,
    planSha256: DIGEST,
    seed: 'seed',
    config: { policy },
    target: {
      id: 'reference-engine',
      kind: 'reference-engine',
      fingerprintSha256: DIGEST,
      vocabSize: 320,
      capabilities: { logits: true, precisionModes: ['f32', 'bf16'], batching: true },
      card: [{ name: 'precision', value: 'f32', source: 'observed' }],
    },
    shard: null,
    merged: null,
    reproduce: 'evenkeel run --config evenkeel.config.ts',
  });
}

function createPlan(): Plan {
  return planSchema.parse({
    schemaVersion: SCHEMA_VERSION,
    planSha256: DIGEST,
    units: ['0', '1'].map((digit) => ({
      id: unit(digit),
      perturbation: 'batch-size',
      caseIds: ['one'],
      levels: [{ id: 'none', axis: 'batch-size', label: 'alone', reference: null, promise: 'bit-equal' }],
      seed: 'seed',
      cost: { requests: 2, tokens: 100 },
    })),
  });
}

/** A run in which nothing differs. */
export const passingFindings = (): Findings =>
  createFindings({ determinism: [createDeterminismRow()], drift: [createDriftRow()], leakage: [createLeakageRow()] });

/** A run with one broken promise in each report and an answer that attacks its reader. */
export function failingFindings(): Findings {
  const divergence = {
    unitId: unit('0'),
    caseId: 'one',
    requestId: 'one',
    firstBitDiff: 0,
    firstTokenDiff: 1,
    maxAbsLogprobDiff: 0.5,
    referenceText: 'good answer',
    levelText: `good ${HOSTILE}`,
  };
  return createFindings({
    determinism: [
      createDeterminismRow({ level: 'size-2', label: '2 requests' }),
      createDeterminismRow({ bits: createEquality(20, 24), firstTokenDiffs: [1], divergences: [divergence] }),
    ],
    drift: [createDriftRow({ klNatsMean: { kind: 'measured', value: 0.5, low: 0.4, high: 0.6, n: 24 } })],
    leakage: [createLeakageRow({ contentDependent: createEquality(20, 24), divergences: [divergence] })],
  });
}

export function viewOf(findings: Findings, change: Partial<Pick<ViewInput, 'comparison' | 'diagnosis'>> = {}): View {
  const policy = createPolicy({ drift: { precision: { klNatsMeanMax: 0.1 } } });
  const units = ['0', '1'].map((digit, lane) => ({
    unitId: unit(digit),
    status: 'ok' as const,
    lane,
    attempts: 1,
    cachedFrom: null,
    durationMs: 1500,
  }));
  const verdict = judgeFindings({ findings, policy, comparison: change.comparison ?? null });
  return buildView({
    manifest: createManifest(policy),
    plan: createPlan(),
    findings,
    verdict,
    comparison: null,
    diagnosis: null,
    units,
    ...change,
  });
}
