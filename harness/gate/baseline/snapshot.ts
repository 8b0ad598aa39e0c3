/**
 * A run as a baseline: digests of every probe's output, and every effect with the cases behind it.
 *
 * Sorted, without time, run id or path: equal results give equal bytes.
 * @module
 */
import { createHash } from 'node:crypto';
import type {
  Baseline,
  BaselineEffect,
  Findings,
  Manifest,
  Observation,
  OutputDigests,
  OutputMeasures,
  Plan,
  RequestObservation,
} from '../../schema/index.ts';
import { mean } from '../../statistics/index.ts';
import { effectsOf } from './effects.ts';

export interface SnapshotInput {
  readonly manifest: Pick<Manifest, 'planSha256' | 'casesSha256' | 'seed' | 'target'>;
  readonly plan: Plan;
  /** Those that count, one per unit; others than `ok` are left out. */
  readonly observations: Iterable<Observation>;
  readonly findings: Findings;
}

const DIGEST_DIGITS = 16;

export function snapshot({ manifest, plan, observations, findings }: SnapshotInput): Baseline {
  const { target } = manifest;
  const planned = new Map(plan.units.map((unit) => [unit.id, unit]));
  const units: [string, Baseline['units'][string]][] = [];
  for (const { unitId, status, levels, cachedFrom } of observations) {
    const unit = planned.get(unitId);
    // Compared with the run that it was taken from, an output would be compared with itself.
    if (status !== 'ok' || unit === undefined || cachedFrom !== undefined) continue;
    const entries = levels.flatMap(({ levelId, requests }): [string, Baseline['units'][string][string]][] => {
      const level = unit.levels.find(({ id }) => id === levelId);
      if (level === undefined) return [];
      const probes = requests.filter(({ role }) => role === 'probe');
      return [
        [
          levelId,
          {
            axis: level.axis,
            label: level.label,
            requests: sortedRecord(probes.map((request) => [request.requestId, outputOf(request, level.axis)])),
          },
        ],
      ];
    });
    units.push([unitId, sortedRecord(entries)]);
  }
  return {
    planSha256: manifest.planSha256,
    casesSha256: manifest.casesSha256,
    seed: manifest.seed,
    target: {
      id: target.id,
      kind: target.kind,
      fingerprintSha256: target.fingerprintSha256,
      card: sortedRecord(target.card.map(({ name, value }) => [name, value])),
    },
    effects: effectsOf(findings).sort((a, b) => compareText(keyOfEffect(a), keyOfEffect(b))),
    ...(findings.profile === undefined ? {} : { profiled: true }),
    ...(findings.cacheTiming === undefined ? {} : { timed: true }),
    units: sortedRecord(units),
  };
}

/** What makes two effects the same one. */
export function keyOfEffect({ report, axis, level, metric }: Omit<BaselineEffect, 'value' | 'cases'>): string {
  return [report, axis, level, metric].join('\n');
}

/** The axis whose levels send the same request again. */
const REPEAT = 'repeat';

function outputOf(request: RequestObservation, axis: string): OutputDigests {
  const digests = outputDigestsOf(request);
  return axis === REPEAT ? { ...digests, measures: outputMeasuresOf(request) } : digests;
}

function outputMeasuresOf({ tokenIds, logprobs, text, exchange }: RequestObservation): OutputMeasures {
  const listed = tokenIds.length > 0 || text.length === 0 ? tokenIds.length : null;
  const known = logprobs.filter((logprob) => logprob !== null);
  const complete = known.length > 0 && known.length === logprobs.length;
  return {
    tokens: listed ?? exchange?.completionTokens ?? null,
    logprobMean: complete ? mean(known) : null,
  };
}

function outputDigestsOf(request: RequestObservation): OutputDigests {
  const { stepSha256, promptLogitsSha256, forced, tokenIds, text } = request;
  const hasBits = promptLogitsSha256 !== null || (stepSha256.length > 0 && stepSha256.length >= tokenIds.length);
  // A target without token ids gives text and an empty list: that is "not known", not "no tokens".
  const hasTokens = tokenIds.length > 0 || text.length === 0;
  return {
    bits: hasBits
      ? digest('bits', [...stepSha256, promptLogitsSha256 ?? '-', forced.kind === 'blob' ? forced.sha256 : '-'])
      : null,
    tokens: hasTokens ? digest('tokens', tokenIds.map(String)) : null,
    text: digest('text', [text]),
  };
}

/** Every part is preceded by its length, so that no border can move. */
function digest(domain: string, parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of [`evenkeel/output/${domain}`, ...parts]) {
    const bytes = new TextEncoder().encode(part);
    hash.update(`${bytes.length}:`);
    hash.update(bytes);
  }
  return hash.digest('hex').slice(0, DIGEST_DIGITS);
}

/** Keys by UTF-16 code unit. */
function sortedRecord<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => compareText(a, b)));
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
