/**
 * The history of the stored runs: read from their findings and verdicts, in the order of their time.
 *
 * Nothing is measured and nothing analysed again: a history over many runs reads two small files of each.
 * @module
 */
import { existsSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { buildHistory, type HistoryInput } from '../../reports/index.ts';
import { metricBound } from '../gate/index.ts';
import { DataError } from '../ports/index.ts';
import { policy as policySchema, type Manifest, type Policy } from '../schema/index.ts';
import { listRuns, readRecord, type RunListing } from '../store/index.ts';

export type History = ReturnType<typeof buildHistory>;

/** More than findings of any honest run: those keep counts, and a few pairs of texts for each level. */
const FINDINGS_BYTES_MAX = 256 * 1024 * 1024;

export interface HistoryRequest {
  /** The newest so many. */
  readonly last: number;
  /** Absent = those that a reader looks at first. */
  readonly metrics?: readonly string[] | undefined;
  /** Why a folder is not opened at all; absent = all are. */
  readonly folderProblem?: (directory: string) => string | null;
}

export function historyOf(runsDirectory: string, { last, metrics, folderProblem }: HistoryRequest): History {
  const runs = listRuns(runsDirectory, folderProblem).slice(-last).map(inputOf);
  return buildHistory(runs, {
    metrics,
    boundOf: ({ manifest }, { report, axis, level, promise, metric }) => {
      const policy = policyIn(manifest);
      return policy === null ? null : metricBound(policy, { report, axis, level, promise, metric: metric.id });
    },
  });
}

function inputOf({ id, directory, manifest, verdict, problem }: RunListing): HistoryInput {
  // a page is passed on: it names files, not where they lie on this machine
  const unusable = (why: string): HistoryInput => ({
    kind: 'unusable',
    id,
    manifest,
    why: why.replaceAll(`${directory}${sep}`, ''),
  });
  if (manifest === null) return unusable(problem ?? 'the manifest cannot be read');
  const { shard } = manifest;
  if (shard !== null)
    return unusable(`shard ${shard.index} of ${shard.of}: a part is never judged; see evenkeel merge`);
  const path = join(directory, 'findings.json');
  if (!existsSync(path)) return unusable(`not analysed yet: evenkeel report ${id}`);
  const { size } = statSync(path);
  if (size > FINDINGS_BYTES_MAX) return unusable(`findings.json has ${size} bytes, more than ${FINDINGS_BYTES_MAX}`);
  try {
    return { kind: 'stored', id, manifest, findings: readRecord(path, 'findings'), verdict };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return unusable(error.message);
  }
}

function policyIn({ config }: Manifest): Policy | null {
  const stored: unknown = typeof config === 'object' && config !== null && 'policy' in config ? config.policy : null;
  const parsed = policySchema.safeParse(stored);
  return parsed.success ? parsed.data : null;
}
