/**
 * What of an observation goes into a bundle: canaries as keyed hashes, or no outputs at all.
 *
 * A canary is replaced wherever it stands in a text, in any letter case, by the same hash: whoever compares texts, or looks for a canary
 * in them, finds what there was to find. Token ids stay, since numbers are made again from them; they spell what was said. The key is
 * made from the run's seed, as the canaries are: a hash hides a canary from a reader of the bundle who does not make it again.
 * @module
 */
import { createHash, createHmac } from 'node:crypto';
import { SCHEMA_VERSION, type Observation, type OutputDigestLine, type RequestObservation } from '../schema/index.ts';

const HASH_DIGITS = 24;

/** @param canaries - all of the run: one may show in the answer to another unit */
export function createConcealer(seed: string, canaries: Iterable<string>): (observation: Observation) => Observation {
  const key = createHash('sha256').update(`evenkeel/audit/canaries\n${seed}`).digest();
  const hashOf = (canary: string): string =>
    `hmac-${createHmac('sha256', key).update(canary.toLowerCase()).digest('hex').slice(0, HASH_DIGITS)}`;
  // the longest first: one may be the beginning of another
  const known = [...new Set([...canaries].map((canary) => canary.toLowerCase()))]
    .filter((canary) => canary !== '')
    .sort((a, b) => b.length - a.length);
  const conceal = (text: string): string =>
    known.reduce((left, canary) => replaceAll(left, canary, hashOf(canary)), text);
  const request = (one: RequestObservation): RequestObservation => ({
    ...one,
    canary: one.canary === null ? null : hashOf(one.canary),
    text: conceal(one.text),
  });
  return (observation) => ({
    ...observation,
    levels: observation.levels.map((level) => ({ ...level, requests: level.requests.map(request) })),
  });
}

/** In any letter case. Folding may change the length of a text, so that places are kept beside it. */
function replaceAll(text: string, canary: string, by: string): string {
  const { folded, places } = foldedWithPlaces(text);
  let out = '';
  let from = 0;
  for (let at = folded.indexOf(canary); at >= 0; at = folded.indexOf(canary, at + canary.length)) {
    out += text.slice(from, places[at]) + by;
    from = places[at + canary.length];
  }
  return out + text.slice(from);
}

/** The folded text, and where each of its code units stands in the text; one more for the end. */
function foldedWithPlaces(text: string): { readonly folded: string; readonly places: readonly number[] } {
  const places: number[] = [];
  let folded = '';
  let at = 0;
  for (const character of text) {
    const own = character.toLowerCase();
    for (let unit = 0; unit < own.length; unit++) places.push(at);
    folded += own;
    at += character.length;
  }
  places.push(at);
  return { folded, places };
}

/** Digests in the place of what the target said. */
export function withoutOutputs({ unitId, status, levels }: Observation): OutputDigestLine {
  return {
    schemaVersion: SCHEMA_VERSION,
    unitId,
    status,
    levels: levels.map(({ levelId, counters, requests }) => ({
      levelId,
      counters,
      requests: requests.map((request) => ({
        requestId: request.requestId,
        caseId: request.caseId,
        role: request.role,
        promptSha256: request.promptSha256,
        promptTokens: request.promptTokens,
        producedTokens: request.tokenIds.length,
        textSha256: createHash('sha256').update(request.text).digest('hex'),
        tokensSha256: createHash('sha256').update(Uint32Array.from(request.tokenIds)).digest('hex'),
        stepSha256: request.stepSha256,
        promptLogitsSha256: request.promptLogitsSha256,
      })),
    })),
  };
}
