/**
 * Version 1 -> 2, one pure function per kind of record: what a field that version 1 did not have means there.
 *
 * A default must be true of every old record. Where nobody measured, the value is `not-measured` with the reason, never 0 and never
 * what a new run would most likely say.
 * @module
 */
import type { UpgradeStep } from './upgrade.ts';

export const v1ToV2: UpgradeStep = {
  manifest: (record) => record,
  plan: (record) => record,
  observation: (record) => record,
  findings: (record) => record,
  verdict: (record) => record,
};
