/**
 * The details of one unit as the page shows them: outputs side by side, attempts, counters.
 *
 * What is too long for a page is cut, and says how much is left out; the run folder has the whole.
 * @module
 */
import type { Observation, RequestObservation } from '../../harness/schema/index.ts';
import { visibleDeep } from '../visible-text.ts';
import type { AlternativeDetail, RequestDetail, UnitDetail } from '../unit-index.ts';
import { alternativesAt, type LoadLogits } from './alternatives.ts';
import { resultOf, type ComparedLevel } from './compare-unit.ts';
import { rounded, wholeMs } from './rounded.ts';

/** An output of this many characters fills some twenty screens. */
const CHARACTERS_MAX = 20_000;
const TOKENS_MAX = 4_096;
const ALTERNATIVES_MAX = 5;

export function unitDetail(
  observation: Observation,
  compared: readonly ComparedLevel[],
  loadLogits: LoadLogits,
): UnitDetail {
  const { unitId, why, startedAt, stoppedAt, endpoint, concurrency, cachedFrom = null } = observation;
  return visibleDeep({
    unitId,
    why,
    startedAt,
    stoppedAt,
    endpoint,
    concurrencyMax: 'max' in concurrency ? concurrency.max : null,
    cachedFrom,
    attempts: observation.attempts.map(({ error, durationMs, waitMs }) => ({
      error,
      durationMs: wholeMs(durationMs),
      waitMs: wholeMs(waitMs),
    })),
    levels: observation.levels.map(({ levelId, counters, requests }) => ({
      levelId,
      counters,
      requests: requests.map(requestDetail),
    })),
    pairs: compared.flatMap(({ level, comparisons }) =>
      comparisons.map((comparison) => ({
        levelId: level.id,
        requestId: comparison.pair.requestId,
        result: resultOf(comparison),
        firstTokenDiff: comparison.firstTokenDiff,
        firstBitDiff: comparison.firstBitDiff,
        alternatives: alternativesAt(comparison, loadLogits),
      })),
    ),
  });
}

function requestDetail(request: RequestObservation): RequestDetail {
  const { exchange, text } = request;
  const tokens = tokensOf(request);
  const shown = text.length <= CHARACTERS_MAX ? text : text.slice(0, wholeCharacters(text, CHARACTERS_MAX));
  return {
    requestId: request.requestId,
    caseId: request.caseId,
    role: request.role,
    wave: request.wave,
    row: request.row,
    promptTokens: request.promptTokens,
    cachedTokens: request.cachedTokens ?? exchange?.cachedTokens ?? null,
    finishReason: exchange?.finishReason ?? request.finishReason,
    text: shown,
    textCut: text.length - shown.length,
    tokens: tokens.slice(0, TOKENS_MAX),
    tokensCut: Math.max(0, tokens.length - TOKENS_MAX),
    logprobs: request.logprobs.slice(0, TOKENS_MAX).map(rounded),
    top: (exchange?.top ?? []).slice(0, TOKENS_MAX).map((step) => step.slice(0, ALTERNATIVES_MAX).map(alternativeOf)),
    server:
      exchange === undefined
        ? null
        : {
            route: exchange.route,
            model: exchange.model,
            systemFingerprint: exchange.systemFingerprint,
            startedMs: wholeMs(exchange.startedMs),
            finishedMs: wholeMs(exchange.finishedMs),
            attempts: exchange.attempts.map(({ status, error, waitedMs, durationMs }) => ({
              status,
              error,
              waitedMs: wholeMs(waitedMs),
              durationMs: wholeMs(durationMs),
            })),
          },
  };
}

/** Not between the two halves of a character. */
function wholeCharacters(text: string, end: number): number {
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

function tokensOf({ tokenIds, exchange }: RequestObservation): string[] {
  const texts = exchange?.tokenTexts ?? [];
  if (texts.length > 0) return texts.map((text, at) => text ?? `#${tokenIds[at] ?? '?'}`);
  return tokenIds.map((id) => `#${id}`);
}

function alternativeOf({
  tokenId,
  text,
  logprob,
}: {
  readonly tokenId: number | null;
  readonly text: string | null;
  readonly logprob: number | null;
}): AlternativeDetail {
  return { token: text ?? `#${tokenId ?? '?'}`, logprob: rounded(logprob) };
}
