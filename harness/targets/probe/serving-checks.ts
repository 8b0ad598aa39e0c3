/**
 * Sampling, caches, concurrency, list prompts and fingerprints.
 * @module
 */
import type { Capability } from '../../schema/index.ts';
import type { Produced } from '../dialects/index.ts';
import { sendWave } from '../endpoint/wave.ts';
import { maxOverlap } from '../endpoint/overlap.ts';
import { ask, defaultRequest, finding, PROBE_TEXTS, refused, type Probing } from './ask.ts';

const REPEATS = 6;
const WAVE_SIZE = 4;
const LONG_TEXT = `${PROBE_TEXTS[1]} ${PROBE_TEXTS[0]}\n`.repeat(8);

/** Two outputs that alternate from token 0 are a hint that two servers answer. */
export async function repeatCheck(probing: Probing): Promise<{ capability: Capability; replies: readonly Produced[] }> {
  const id = 'greedy-repeats';
  const replies: Produced[] = [];
  for (let time = 0; time < REPEATS; time++) {
    const reply = await ask(probing);
    if (reply.kind === 'refused') return { capability: refused(id, reply), replies };
    replies.push(reply.produced);
  }
  const signatures = replies.map(({ text, tokens }) => JSON.stringify([text, tokens.map(({ logprob }) => logprob)]));
  const distinct = new Set(signatures).size;
  if (distinct === 1) {
    const sampled = replies[0].tokens.filter(isNotBest).length;
    const capability =
      sampled > 0
        ? finding(
            id,
            'broken',
            `${sampled} of ${replies[0].tokens.length} tokens are not the most likely: temperature 0 is ignored`,
          )
        : finding(id, 'supported', `${REPEATS} of ${REPEATS} equal in text and values`);
    return { capability, replies };
  }
  const firstTokens = new Set(replies.map(({ tokens, text }) => tokens[0]?.text ?? text.slice(0, 1))).size;
  const hint = distinct === 2 && firstTokens === 2 ? ' that differ from token 0: do two servers answer?' : '';
  return {
    capability: finding(id, 'broken', `${distinct} different outputs in ${REPEATS} equal requests${hint}`),
    replies,
  };
}

/** A tie is no evidence, nor is rounding: a better alternative must be better by more than that. */
const BETTER_NATS = 1e-3;

/** Sampled where greedy was asked for; with an honoured seed it repeats all the same. */
function isNotBest({ logprob, top }: Produced['tokens'][number]): boolean {
  return logprob !== null && top.some((other) => other.logprob !== null && other.logprob > logprob + BETTER_NATS);
}

export async function seedCheck(probing: Probing): Promise<Capability> {
  const id = 'seed';
  const texts: string[] = [];
  for (const seed of [11, 11, 12, 13, 14]) {
    const reply = await ask(probing, { temperature: 1, seed, maxTokens: 8 });
    if (reply.kind === 'refused') return refused(id, reply);
    texts.push(reply.produced.text);
  }
  if (texts[0] !== texts[1]) return finding(id, 'unsupported', 'one seed gave two outputs at temperature 1');
  if (new Set(texts).size === 1)
    return finding(id, 'not-probed', 'four seeds gave one output at temperature 1: sampling is not shown');
  return finding(id, 'supported', 'one seed gave one output, other seeds others');
}

export async function cachedCountCheck(probing: Probing): Promise<Capability> {
  const id = 'cached-tokens';
  const counts: (number | null)[] = [];
  for (let time = 0; time < 2; time++) {
    const reply = await ask(probing, { prompt: { kind: 'text', text: LONG_TEXT }, maxTokens: 1 });
    if (reply.kind === 'refused') return refused(id, reply);
    counts.push(reply.produced.cachedCount);
  }
  const [first, second] = counts;
  if (first === null || second === null) return finding(id, 'unsupported', 'the server does not tell');
  return finding(id, 'supported', `${first} then ${second} for one prompt sent twice`);
}

export async function saltCheck(probing: Probing): Promise<Capability> {
  const id = 'cache-salt';
  if (!probing.dialect.salted) return finding(id, 'unsupported', `no field for it on ${probing.dialect.title}`);
  const counts: (number | null)[] = [];
  for (const name of ['a', 'a', 'b']) {
    const reply = await ask(probing, {
      prompt: { kind: 'text', text: LONG_TEXT },
      maxTokens: 1,
      cacheSalt: `${probing.nonce.slice(0, 20)}-${name}`,
    });
    if (reply.kind === 'refused') return refused(id, reply);
    counts.push(reply.produced.cachedCount);
  }
  const [, same, other] = counts;
  if (same === null || other === null)
    return finding(id, 'not-probed', 'accepted; without cached-token counts its effect cannot be seen');
  if (same === 0) return finding(id, 'not-probed', 'accepted; nothing is cached, so that its effect cannot be seen');
  return other < same
    ? finding(id, 'supported', `${same} cached tokens with the same salt, ${other} with another`)
    : finding(id, 'broken', `${other} cached tokens with another salt: it isolates nothing`);
}

export async function flushCheck(probing: Probing): Promise<Capability> {
  const id = 'cache-flush';
  const { flush } = probing.dialect;
  if (flush === null) return finding(id, 'unsupported', `no endpoint for it on ${probing.dialect.title}`);
  const answer = await probing.client.send(flush.address, { method: flush.method, retry: false });
  const path = flush.address.replace(/^root:/, '');
  return answer.status >= 200 && answer.status <= 299
    ? finding(id, 'supported', `${flush.method} ${path} answers ${answer.status}`)
    : finding(id, 'unsupported', `${flush.method} ${path} answers ${answer.status}`);
}

/** A constant proves nothing about a configuration, and neither does none. */
export function fingerprintCheck(replies: readonly Produced[]): Capability {
  const id = 'system-fingerprint';
  const values = [...new Set(replies.map(({ systemFingerprint }) => systemFingerprint))];
  const [value] = values;
  if (values.length > 1)
    return finding(
      id,
      'broken',
      `${values.length} values in ${replies.length} answers: ${values.slice(0, 3).join(', ')}`,
    );
  if (value === null || value === undefined || value === '')
    return finding(id, 'unsupported', 'none: it is no evidence of which configuration answers');
  if (value === CONSTANT_FINGERPRINT)
    return finding(id, 'unsupported', `${value} is a constant of the server: it is no evidence`);
  return finding(id, 'not-probed', `${value}; that it changes with the configuration cannot be seen from outside`);
}

/** Ollama answers with this always. */
const CONSTANT_FINGERPRINT = 'fp_ollama';

export async function concurrencyCheck(probing: Probing): Promise<{ capability: Capability; running: boolean }> {
  const id = 'concurrency';
  const requests = Array.from({ length: WAVE_SIZE }, (_, index) => ({
    ...defaultRequest(probing.topLogprobs),
    prompt: { kind: 'text' as const, text: `${PROBE_TEXTS[index % PROBE_TEXTS.length]} ${index}` },
    maxTokens: 16,
  }));
  const result = await sendWave({
    ...probing,
    requests,
    retry: false,
    asList: false,
    watch: true,
    sleep: probing.clock.sleep,
  });
  const overlap = maxOverlap(result.answers.map(({ answer }) => answer));
  const { runningMax } = result;
  const shown =
    runningMax === null
      ? 'the server shows no count of running requests'
      : `the server showed ${runningMax} running at once`;
  return {
    capability: finding(
      id,
      runningMax === null ? 'not-probed' : runningMax > 1 ? 'supported' : 'unsupported',
      `${overlap} of ${WAVE_SIZE} requests under way at once, seen from here; ${shown}`,
    ),
    running: runningMax !== null,
  };
}

export async function listPromptCheck(probing: Probing): Promise<Capability> {
  const id = 'list-prompts';
  const { route, client, model, topLogprobs } = probing;
  const requests = PROBE_TEXTS.slice(0, 2).map((text) => ({
    ...defaultRequest(topLogprobs),
    prompt: { kind: 'text' as const, text },
  }));
  const list = route.list?.(requests, model) ?? null;
  if (list === null) return finding(id, 'unsupported', `the route ${route.id} takes one prompt a request`);
  const answer = await client.send(route.address, { body: list.body, retry: false });
  if (answer.status !== 200) return finding(id, 'unsupported', `HTTP ${answer.status}`);
  const produced = list.read(answer.json);
  return produced === null
    ? finding(id, 'broken', 'accepted, without one answer for each prompt')
    : finding(id, 'supported', `${produced.length} prompts, ${produced.length} answers in order`);
}
