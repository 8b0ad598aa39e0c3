/**
 * The probe: what a server does when it is asked, each with its evidence. Capabilities are never inferred from a name or a version.
 *
 * An accepted request is not a supported capability: the content of the answer is checked. About forty requests of a few tokens.
 * @module
 */
import type { Capability } from '../../schema/index.ts';
import type { Features } from '../endpoint/features.ts';
import { checkIdentity } from '../endpoint/identity.ts';
import { asList, asWire, countAt, type HttpClient } from '../http/index.ts';
import { finding, type Probing } from './ask.ts';
import { connect, type ConnectInput } from './connect.ts';
import * as logprobs from './logprob-checks.ts';
import * as serving from './serving-checks.ts';
import * as tokens from './token-checks.ts';

export interface ProbeResult {
  readonly features: Features;
  readonly capabilities: readonly Capability[];
  /** Null where no endpoint tells. */
  readonly vocabSize: number | null;
  /** Different values seen; [] = none told. */
  readonly systemFingerprints: readonly string[];
}

/** @throws TargetError when the server cannot be reached, refuses every route, or is two servers; ConfigError without a clear model */
export async function probeEndpoint(input: ConnectInput): Promise<ProbeResult> {
  const { probing, identity, first, capabilities: connection } = await connect(input);
  const { client } = input;
  const { produced } = first;
  const vocabSize = await vocabularyOf(client, probing.model);
  const repeat = await serving.repeatCheck(probing);
  const answers = [produced, ...repeat.replies];
  const own = logprobs.logprobCheck(produced);
  const ids = await tokens.tokenIdPromptCheck(probing, produced);
  const score = await logprobs.promptScoreCheck(probing);
  const selfTests = await selfTestsOf(probing, { first: produced, vocabSize, own, score });
  const salt = await serving.saltCheck(probing);
  const flush = await serving.flushCheck(probing);
  const concurrency = await serving.concurrencyCheck(probing);
  const capabilities: Capability[] = [
    ...connection,
    repeat.capability,
    tokens.tokenIdCheck(produced),
    ids,
    own,
    logprobs.alternativesCheck(produced, probing.topLogprobs),
    logprobs.precisionCheck(produced),
    ...selfTests,
    score,
    await tokens.zeroTokensCheck(probing),
    await serving.seedCheck(probing),
    tokens.finishReasonCheck(answers),
    await tokens.truncationCheck(probing),
    await serving.cachedCountCheck(probing),
    salt,
    flush,
    concurrency.capability,
    await serving.listPromptCheck(probing),
    serving.fingerprintCheck(answers),
  ];
  await checkIdentity(client, identity, 'after the probe');
  const biased = capabilities.some(({ id, state }) => BIAS_CHECKS.has(id) && state === 'broken');
  return {
    features: {
      dialect: probing.dialect,
      route: probing.route,
      model: probing.model,
      identity,
      topLogprobs: own.state === 'supported' ? probing.topLogprobs : null,
      tokenIdPrompts: ids.state === 'supported' && probing.bytesAreTokens,
      takesTokenIds: ids.state === 'supported',
      // accepted is enough to send it: where its effect cannot be seen the card says so
      cacheSalt: salt.state === 'supported' || salt.state === 'not-probed',
      saltAccepted: salt.state === 'supported' || salt.state === 'not-probed' || salt.state === 'broken',
      flush: flush.state === 'supported',
      running: concurrency.running,
      promptScore: score.state === 'supported' && !biased,
    },
    capabilities,
    vocabSize,
    systemFingerprints: [...new Set(answers.flatMap(({ systemFingerprint }) => systemFingerprint ?? []))],
  };
}

/** A server that fails one of these is biased: nothing is computed from its values. */
const BIAS_CHECKS: ReadonlySet<string> = new Set(['logprobs-independent', 'logprobs-sum', 'prompt-score-agrees']);

interface SelfTestInput {
  readonly first: Parameters<typeof logprobs.scoreAgreementCheck>[1];
  readonly vocabSize: number | null;
  readonly own: Capability;
  readonly score: Capability;
}

async function selfTestsOf(probing: Probing, { first, vocabSize, own, score }: SelfTestInput): Promise<Capability[]> {
  if (own.state !== 'supported')
    return [...BIAS_CHECKS].map((id) => finding(id, 'not-probed', 'no log-probabilities to test'));
  return [
    await logprobs.independenceCheck(probing),
    await logprobs.sumCheck(probing, first, vocabSize),
    score.state === 'supported'
      ? await logprobs.scoreAgreementCheck(probing, first)
      : finding('prompt-score-agrees', 'not-probed', 'prompts are not scored'),
  ];
}

/** llama.cpp tells it in the model list, `evenkeel serve` in /server_info. */
async function vocabularyOf(client: HttpClient, model: string): Promise<number | null> {
  const answer = await client.send('/models', { retry: true });
  const entries = asList(asWire(answer.json)?.['data'])?.map(asWire) ?? [];
  const entry = entries.find((one) => one?.['id'] === model) ?? null;
  const size = countAt(asWire(entry?.['meta']), 'n_vocab') ?? countAt(entry, 'vocab_size');
  if (size !== null && size > 0) return size;
  const info = await client.send('root:/server_info', { retry: false });
  return info.status === 200 ? countAt(asWire(info.json), 'vocab_size') || null : null;
}
