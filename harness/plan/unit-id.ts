/**
 * Unit ids: the same measurement has the same id on every machine and in every run; another measurement has another.
 *
 * Hashed are the version of the ids, the perturbation, its options, the cases with their contents, the levels, the seed, the target, the
 * generation settings, and the requests themselves. The requests stand for the perturbation's version: when its code sends
 * something else, the ids change without anyone having to think of it.
 * @module
 */
import type { Case, GenerationSettings, LevelJob, Unit } from '../schema/index.ts';
import { canonicalJson } from './canonical-json.ts';
import { digestOf, type DigestField } from './digest.ts';

/**
 * The version of this recipe. Not that of the records: a record that gains a field measures the same as before, and a stored plan or a
 * baseline has to match the same plan made again by a newer program. Raised when the hashed fields change their meaning.
 */
const ID_VERSION = '1';

export interface UnitDefinition {
  readonly unit: Omit<Unit, 'id'>;
  /** The unit's cases, in the order of its case ids. */
  readonly cases: readonly Case[];
  readonly options: unknown;
  readonly generation: GenerationSettings;
  readonly targetId: string;
  /** One per level, in order; their `unitId` is not hashed. */
  readonly jobs: readonly LevelJob[];
}

/** `u-` and 16 hex digits. */
export function unitId(definition: UnitDefinition): string {
  const { unit, cases, options, generation, targetId, jobs } = definition;
  const digest = digestOf('evenkeel/unit', [
    ID_VERSION,
    unit.perturbation,
    canonicalJson(unit.caseIds),
    canonicalJson(cases.map(caseSha256)),
    canonicalJson(unit.levels),
    unit.seed,
    targetId,
    canonicalJson(options),
    canonicalJson(generation),
    ...jobs.map(jobSha256),
  ]);
  return `u-${digest.slice(0, 16)}`;
}

/** SHA-256 over what a case asks: its parts. Title and tags are for people and change no measurement. */
function caseSha256(testCase: Case): string {
  return digestOf('evenkeel/case', [testCase.id, ...testCase.parts.flatMap((part) => [part.label, part.text])]);
}

/** SHA-256 over all cases in order: the manifest's `casesSha256`. */
export function casesSha256(cases: readonly Case[]): string {
  return digestOf('evenkeel/cases', cases.map(caseSha256));
}

function jobSha256(job: LevelJob): string {
  const fields: DigestField[] = [job.levelId, job.precision, job.sessions];
  for (const [wave, requests] of job.waves.entries()) {
    for (const { prompt, ...request } of requests) {
      fields.push(
        canonicalJson({ ...request, wave, kind: prompt.kind }),
        prompt.kind === 'text' ? prompt.text : prompt.tokenIds,
      );
    }
  }
  return digestOf('evenkeel/job', fields);
}
