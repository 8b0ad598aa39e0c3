/**
 * Self-tests of log-probabilities. A server that fails one is "biased", with the size, and nothing is computed from its values.
 * @module
 */
import type { Capability } from '../../schema/index.ts';
import type { Produced } from '../dialects/index.ts';
import type { Logprob, TokenRecord } from '../logprobs/index.ts';
import { ask, finding, PROBE_TEXTS, short, type Probing } from './ask.ts';

/** Returned values are float32: below this is rounding of the text. */
const ROUNDING_NATS = 1e-5;
/** float32 sums over a vocabulary were measured up to 1.00008. */
const SUM_SLACK = 1e-3;
const ALTERNATIVES = [1, 2, 5, 20] as const;

export function logprobCheck({ tokens, completionCount }: Produced): Capability {
  const id = 'logprobs';
  if (tokens.length === 0) return finding(id, 'unsupported', 'none in the answer');
  const known = tokens.flatMap(({ logprob }) => logprob ?? []);
  if (known.length === 0)
    return finding(id, 'unsupported', `all ${tokens.length} values are unavailable (null, or -9999)`);
  if (known.some((value) => value > ROUNDING_NATS))
    return finding(id, 'broken', `a log-probability of ${short(Math.max(...known))} is above 0`);
  if (completionCount !== null && completionCount !== tokens.length)
    return finding(id, 'broken', `${tokens.length} entries for ${completionCount} tokens`);
  if (known.length > 1 && known.every((value) => value === known[0]))
    return finding(id, 'broken', `all ${known.length} values are ${short(known[0])}`);
  const missing = tokens.length - known.length;
  return finding(id, 'supported', `${known.length} values${missing === 0 ? '' : `, ${missing} unavailable`}`);
}

/** Float32 values written in full, or rounded to a few digits. */
export function precisionCheck({ tokens }: Produced): Capability {
  const id = 'logprob-precision';
  const values = tokens.flatMap(({ logprob, top }) => [logprob, ...top.map((one) => one.logprob)]).filter(isKnown);
  const informative = values.filter((value) => value !== 0);
  if (informative.length === 0) return finding(id, 'not-probed', 'no values');
  const decimals = Math.max(
    ...informative.map((value) => (String(value).split('.')[1] ?? '').replace(/e.*/, '').length),
  );
  if (decimals < 6) return finding(id, 'broken', `rounded to ${decimals} decimals: small differences are invisible`);
  const float32 = informative.every((value) => Math.fround(value) === value);
  return finding(id, 'supported', float32 ? 'float32 values in full' : `${decimals} decimals`);
}

export function alternativesCheck({ tokens }: Produced, asked: number | null): Capability {
  const id = 'top-logprobs';
  const sizes = tokens.map(({ top }) => top.length);
  const most = Math.max(0, ...sizes);
  if (asked === null || most === 0) return finding(id, 'unsupported', 'no alternatives in the answer');
  return finding(id, 'supported', `${most} alternatives a token, ${asked} asked`);
}

/** The chosen token's value must not depend on how many alternatives are asked for. */
export async function independenceCheck(probing: Probing): Promise<Capability> {
  const id = 'logprobs-independent';
  const [base] = await chosen(probing, 1);
  const [again] = await chosen(probing, 1);
  if (base === undefined || again === undefined) return finding(id, 'not-probed', 'no log-probabilities');
  const floor = difference(base, again) ?? 0;
  let worst = 0;
  const tried: number[] = [1];
  for (const count of ALTERNATIVES.slice(1)) {
    const [values] = await chosen(probing, count);
    const moved = values === undefined ? null : difference(base, values);
    if (moved === null) continue;
    tried.push(count);
    worst = Math.max(worst, moved);
  }
  if (tried.length === 1) return finding(id, 'not-probed', 'more than one alternative is refused');
  const counts = tried.join(', ');
  return worst > Math.max(ROUNDING_NATS, 3 * floor)
    ? finding(
        id,
        'broken',
        `logprobs biased: the chosen token moves by ${short(worst)} nats between ${counts} alternatives`,
      )
    : finding(id, 'supported', `the chosen token moves by ${short(worst)} nats between ${counts} alternatives`);
}

async function chosen(probing: Probing, topLogprobs: number): Promise<(readonly TokenRecord[])[]> {
  const reply = await ask(probing, { topLogprobs });
  return reply.kind === 'ok' && reply.produced.tokens.length > 0 ? [reply.produced.tokens] : [];
}

/** Largest difference at equal tokens; null when nothing can be compared. */
function difference(a: readonly TokenRecord[], b: readonly TokenRecord[]): number | null {
  let worst: number | null = null;
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    if (a[index].tokenId !== b[index].tokenId || a[index].text !== b[index].text) break;
    const [x, y] = [a[index].logprob, b[index].logprob];
    if (x !== null && y !== null) worst = Math.max(worst ?? 0, Math.abs(x - y));
  }
  return worst;
}

/** Probabilities over the whole vocabulary sum to 1; over a part of it, to no more than 1. */
export async function sumCheck(probing: Probing, first: Produced, vocabSize: number | null): Promise<Capability> {
  const id = 'logprobs-sum';
  const whole = vocabSize === null ? null : await ask(probing, { topLogprobs: vocabSize, maxTokens: 1 });
  if (whole?.kind === 'ok') {
    const [token] = whole.produced.tokens;
    if (token !== undefined && token.top.length === vocabSize) {
      const sum = sumOf(token);
      return Math.abs(sum - 1) <= SUM_SLACK
        ? finding(id, 'supported', `sum ${sum.toFixed(6)} over all ${vocabSize} tokens`)
        : finding(id, 'broken', `logprobs biased: sum ${sum.toFixed(6)} over all ${vocabSize} tokens`);
    }
  }
  const sums = first.tokens.filter(({ top }) => top.length > 0).map(sumOf);
  if (sums.length === 0) return finding(id, 'not-probed', 'no alternatives');
  const most = Math.max(...sums);
  return most > 1 + SUM_SLACK
    ? finding(id, 'broken', `logprobs biased: sum ${most.toFixed(6)} over a part of the vocabulary`)
    : finding(
        id,
        'not-probed',
        `sum ${most.toFixed(6)} over ${first.tokens[0].top.length} alternatives; the whole vocabulary cannot be asked for`,
      );
}

function sumOf({ top }: TokenRecord): number {
  return top.reduce((sum, { logprob }) => sum + (logprob === null ? 0 : Math.exp(logprob)), 0);
}

/**
 * The self-test of prompt scoring. `echo` may be accepted and ignored; then every score would be a score of nothing.
 * Required: one entry for each prompt token, finite values after the first, and sums that are not constant.
 */
export async function promptScoreCheck(probing: Probing): Promise<Capability> {
  const id = 'prompt-score';
  if (probing.topLogprobs === null) return finding(id, 'unsupported', 'no log-probabilities');
  const sums: number[] = [];
  let counted = 0;
  for (const text of PROBE_TEXTS) {
    const reply = await ask(probing, { prompt: { kind: 'text', text }, maxTokens: 1, scorePrompt: true });
    if (reply.kind === 'refused') return finding(id, 'unsupported', reply.message);
    const { promptTokens, promptCount } = reply.produced;
    if (promptTokens === null || promptTokens.length === 0)
      return finding(id, 'unsupported', 'the request is accepted and no prompt token is scored');
    if (promptCount !== null && promptTokens.length !== promptCount)
      return finding(id, 'unsupported', `${promptTokens.length} entries for ${promptCount} prompt tokens`);
    const values = promptTokens.slice(1).map(({ logprob }) => logprob);
    if (!values.every(isKnown))
      return finding(
        id,
        'unsupported',
        `${values.filter((value) => value === null).length} of ${values.length} prompt values are unavailable`,
      );
    sums.push(values.reduce((sum, value) => sum + value, 0));
    counted += promptTokens.length;
  }
  if (sums.every((sum) => sum === sums[0]) || sums.every((sum) => sum === 0))
    return finding(id, 'unsupported', `every prompt scores ${short(sums[0])}: a constant is no score`);
  return finding(id, 'supported', `${counted} prompt tokens scored, sums ${sums.map(short).join(', ')}`);
}

/** How far the mean may be from the sum of one-token scores: prefill and decode differ by rounding, not by more. */
const SCORE_AGREEMENT_NATS = 0.1;

/** A score over the prompt must equal the sum of one-token scores: what was produced is fed back and scored. */
export async function scoreAgreementCheck(probing: Probing, first: Produced): Promise<Capability> {
  const id = 'prompt-score-agrees';
  const produced = first.tokens.map(({ logprob }) => logprob);
  if (produced.length === 0 || first.text === '') return finding(id, 'not-probed', 'nothing was produced to score');
  const ids = first.promptIds !== null && first.tokenIds !== null ? [...first.promptIds, ...first.tokenIds] : null;
  const prompt =
    ids === null
      ? { kind: 'text' as const, text: `${PROBE_TEXTS[0]}${first.text}` }
      : { kind: 'tokens' as const, tokenIds: ids };
  const reply = await ask(probing, { prompt, maxTokens: 1, scorePrompt: true });
  if (reply.kind === 'refused') return finding(id, 'not-probed', reply.message);
  const scored = reply.produced.promptTokens?.slice(-produced.length).map(({ logprob }) => logprob) ?? [];
  const expectedCount = first.promptCount === null ? null : first.promptCount + produced.length;
  if (expectedCount !== null && reply.produced.promptTokens?.length !== expectedCount)
    return finding(id, 'not-probed', 'the output is cut into other tokens when it is a prompt');
  const differences = produced.flatMap((value, index) => {
    const score = scored[index] ?? null;
    return value === null || score === null ? [] : [Math.abs(value - score)];
  });
  if (differences.length === 0) return finding(id, 'not-probed', 'no values to compare');
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const words = `${short(mean)} nats a token from one-token scores, ${differences.length} tokens`;
  return mean > SCORE_AGREEMENT_NATS
    ? finding(id, 'broken', `logprobs biased: ${words}`)
    : finding(id, 'supported', words);
}

function isKnown(value: Logprob): value is number {
  return value !== null;
}
