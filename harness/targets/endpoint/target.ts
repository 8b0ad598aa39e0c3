/**
 * A server of the OpenAI API as a target: one lane, since all units would share its batches otherwise.
 *
 * Nothing is sent before the first question. `describe` probes: what a run uses is what the probe saw work.
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Target, TargetDescription } from '../../schema/index.ts';
import { readCard, redactText } from '../card/index.ts';
import { createHttpClient, parseBaseUrl, systemHttpClock, type HttpClient } from '../http/index.ts';
import { probeEndpoint, type ProbeResult } from '../probe/index.ts';
import type { EndpointOptions } from './options.ts';
import { runLevel } from './run-level.ts';
import { timeLevel } from './time-level.ts';
import { byteTokenizer, codePointTokenizer } from './text-tokenizer.ts';

/** @throws ConfigError when the base URL is none */
export function createEndpointTarget(options: EndpointOptions): Target {
  const clock = options.clock ?? systemHttpClock;
  const client = endpointClient(options);
  const tokenizer = options.tokenizer === 'bytes' ? byteTokenizer : codePointTokenizer;
  const nonce = options.nonce ?? randomUUID();
  const ask = (): Promise<ProbeResult> => probeEndpoint({ client, options, clock, nonce });
  let probed: Promise<ProbeResult> | null = null;
  const probe = (): Promise<ProbeResult> => {
    probed ??= (options.probed?.(ask) ?? ask()).catch((error: unknown) => {
      // the next question tries again
      probed = null;
      throw error;
    });
    return probed;
  };
  return {
    id: options.id,
    lanes: 1,
    tokenizer,
    describe: async () => describeEndpoint(options, client, await probe()),
    runLevel: async (job, { lane, forced }) => {
      if (lane !== 0) throw new RangeError(`runLevel: expected lane 0, got ${lane}`);
      const { features } = await probe();
      return runLevel({ client, clock, features, tokenizer, waves: options.waves, nonce, job, forced });
    },
    timer: {
      lengthUnit: options.tokenizer === 'bytes' ? 'tokens' : 'words',
      timeLevel: async (job) => timeLevel({ client, clock, features: (await probe()).features, tokenizer, nonce, job }),
    },
    close: () => Promise.resolve(),
  };
}

/** The client of a target's options; also for asking without a run. */
function endpointClient(options: EndpointOptions): HttpClient {
  return createHttpClient({
    url: parseBaseUrl(options.baseUrl, 'target.baseUrl'),
    apiKey: options.apiKey,
    timeoutMs: options.timeoutMs,
    answerBytesMax: options.answerBytesMax,
    attemptsMax: options.attemptsMax,
    waitMsMax: options.waitMsMax,
    clock: options.clock ?? systemHttpClock,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
}

async function describeEndpoint(
  options: EndpointOptions,
  client: HttpClient,
  { features, capabilities, vocabSize, systemFingerprints }: ProbeResult,
): Promise<TargetDescription> {
  const { dialect, route, model, identity } = features;
  const secrets = options.apiKey === null ? [] : [options.apiKey];
  const card = await readCard({
    client,
    dialect,
    route,
    model,
    systemFingerprints,
    declared: options.declared,
    secrets,
  });
  return {
    id: options.id,
    kind: options.api,
    fingerprintSha256: fingerprint([
      options.api,
      dialect.id,
      route.id,
      model,
      identity.sha256,
      ...systemFingerprints,
      ...card.filter(({ stable }) => stable).flatMap(({ entry }) => [entry.name, entry.value]),
    ]),
    vocabSize,
    capabilities: {
      logits: false,
      precisionModes: [],
      batching: false,
      knobs: [
        'sideChannels',
        ...(features.saltAccepted ? (['cacheSalt'] as const) : []),
        ...(features.tokenIdPrompts ? (['promptForm'] as const) : []),
        // a number of tokens says the same to both sides only where the tokens are the same
        ...(features.tokenIdPrompts && dialect.truncates ? (['promptTruncation'] as const) : []),
        ...(route.streams === true ? (['stream'] as const) : []),
      ],
    },
    card: card.map(({ entry }) => entry),
    endpoint: {
      baseUrl: client.url.api,
      api: options.api,
      dialect: dialect.id,
      route: route.id,
      model: redactText(model, secrets),
      identitySha256: identity.sha256,
      capabilities: capabilities.map((one) => ({ ...one, evidence: redactText(one.evidence, secrets) })),
    },
  };
}

/** Each field with its length, so that no two descriptions share their bytes. */
function fingerprint(fields: readonly string[]): string {
  const hash = createHash('sha256');
  for (const field of ['evenkeel/endpoint', ...fields]) hash.update(`${Buffer.byteLength(field)}:${field}\n`);
  return hash.digest('hex');
}
