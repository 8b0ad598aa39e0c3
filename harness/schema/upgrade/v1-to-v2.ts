/**
 * Version 1 -> 2, one pure function per kind of record: what a field that version 1 did not have means there.
 *
 * A default must be true of every old record. Where nobody measured, the value is `not-measured` with the reason, never 0 and never
 * what a new run would most likely say.
 * @module
 */
import { eachItem, withDefaults } from './shape.ts';
import type { UpgradeStep } from './upgrade.ts';

const NOT_RECORDED = { kind: 'not-measured', why: 'not recorded in version 1' } as const;

export const v1ToV2: UpgradeStep = {
  // Version 1 knew neither shards nor merges.
  manifest: (record) => withDefaults(record, { shard: null, merged: null }),
  plan: (record) => record,
  // Its only target ran in the process, and it tried again at once.
  observation: (record) =>
    eachItem(
      withDefaults(record, { endpoint: null, concurrency: NOT_RECORDED, stoppedAt: null }),
      'attempts',
      (attempt) => withDefaults(attempt, { waitMs: 0 }),
    ),
  // The parts by case were not written; a comparison with such findings has no pairs and says so.
  // Units that the target does not support stood among the missing ones.
  findings: (record) =>
    ['determinism', 'drift', 'leakage'].reduce(
      (rows, report) => eachItem(rows, report, (row) => withDefaults(row, { byCase: [] })),
      withDefaults(record, { partial: null, executions: NOT_RECORDED, retried: NOT_RECORDED, unsupported: [] }),
    ),
  // There was no baseline, no waiver, no family of tests, and invariants were not derived.
  verdict: (record) =>
    eachItem(
      withDefaults(record, { partial: null, baseline: 'not-run', waivers: [], invariants: [] }),
      'checks',
      (check) => withDefaults(check, { family: null, waivedBy: null }),
    ),
};
