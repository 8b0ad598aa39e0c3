/**
 * The kinds of record that evenkeel keeps on disk, each with its schema. Readers, upgrades and the published JSON Schemas go by this
 * table.
 *
 * How to add or change a record: README.md beside this file.
 * @module
 */
import type { z } from 'zod';
import { auditRecord, digestList, outputDigestLine } from './audit.ts';
import { baselineFile, storedBaseline } from './baseline.ts';
import { cacheEntry } from './cache-entry.ts';
import { comparison } from './comparison.ts';
import { diagnosis } from './diagnosis.ts';
import { findings } from './finding.ts';
import { manifest } from './manifest.ts';
import { modelCard } from './model-card.ts';
import { observation } from './observation.ts';
import { plan } from './plan.ts';
import { profile } from './profile.ts';
import { cacheTiming } from './cache-timing.ts';
import { repro } from './repro.ts';
import { verdict } from './verdict.ts';

export const recordSchemas = {
  manifest,
  plan,
  observation,
  findings,
  verdict,
  baselineFile,
  storedBaseline,
  comparison,
  cacheEntry,
  diagnosis,
  repro,
  auditRecord,
  digestList,
  outputDigestLine,
  profile,
  modelCard,
  cacheTiming,
} as const;

export type RecordKind = keyof typeof recordSchemas;
export type RecordOf<Kind extends RecordKind> = z.output<(typeof recordSchemas)[Kind]>;
