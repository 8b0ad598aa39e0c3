/**
 * Stored runs for the tests of the history: one after the other, each changed in what the test is about.
 * @module
 */
import type { Findings, Manifest } from '../../harness/schema/index.ts';
import type { HistoryInput, StoredRun } from '../../reports/history/index.ts';
import { createDeterminismRow, createDriftRow, createFindings, createLeakageRow, judgeFindings } from './findings.ts';
import { createManifest, createPlan } from './run-records.ts';

export interface RunChange {
  readonly findings?: Partial<Findings>;
  readonly manifest?: Partial<Manifest>;
}

/** The run of a day; the same plan, target and numbers unless they are changed. */
export function storedRun(day: number, { findings: change = {}, manifest: other = {} }: RunChange = {}): StoredRun {
  const id = `run-${day}`;
  const manifest = createManifest(createPlan(2), {
    runId: id,
    createdAt: `2026-11-${String(day).padStart(2, '0')}T04:00:00.000Z`,
    configGit: { commit: String(day).padStart(2, '0').repeat(20), dirty: false },
    ...other,
  });
  const findings = createFindings({
    determinism: [createDeterminismRow()],
    drift: [createDriftRow()],
    leakage: [createLeakageRow()],
    ...change,
  });
  return { kind: 'stored', id, manifest, findings, verdict: judgeFindings({ findings }) };
}

export const unusableRun = (id: string, why: string): HistoryInput => ({ kind: 'unusable', id, manifest: null, why });

export const withKl = (value: number): RunChange => ({
  findings: {
    drift: [createDriftRow({ klNatsMean: { kind: 'measured', value, low: value / 2, high: value * 2, n: 10 } })],
  },
});

/** Another target: another fingerprint and one line of the card. */
export function otherTarget(version: string): Partial<Manifest> {
  const { target } = createManifest(createPlan(2));
  return {
    target: {
      ...target,
      fingerprintSha256: version.padEnd(64, '0'),
      card: [{ name: 'weights', value: version, source: 'observed' }],
    },
  };
}

export const otherPlan: Partial<Manifest> = { planSha256: 'd'.repeat(64), casesSha256: 'e'.repeat(64) };
