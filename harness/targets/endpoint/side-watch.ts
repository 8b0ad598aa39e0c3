/**
 * Reads what a server shows to anybody, while others are served and after: answers to requests that it refuses, and routes about itself. Nothing
 * of it may hold a canary of theirs.
 *
 * What is sent says nothing of the canaries, so that a server cannot show them back. A request without an answer is counted.
 * @module
 */
import { TargetError } from '../../ports/index.ts';
import type { Tokenizer } from '../../schema/index.ts';
import { asList, asWire, type HttpClient } from '../http/index.ts';
import {
  canaryForms,
  formsIn,
  plantedBodies,
  refusedRequests,
  SIDE_ROUTES,
  type SideRequest,
} from '../side-channels/index.ts';
import type { Features } from './features.ts';

export interface SideWatch {
  /** Sends and reads everything once. */
  look(): Promise<void>;
  readonly counters: Readonly<Record<string, number>>;
}

export interface SideWatchInput {
  readonly client: HttpClient;
  readonly features: Features;
  readonly tokenizer: Tokenizer;
  /** Of the others. */
  readonly canaries: readonly string[];
}

export function createSideWatch({ client, features, tokenizer, canaries }: SideWatchInput): SideWatch {
  const { route, model, tokenIdPrompts } = features;
  const idsOf = (canary: string): readonly number[] | null => (tokenIdPrompts ? tokenizer.encode(canary) : null);
  const forms = canaries.flatMap((canary) => canaryForms(canary, idsOf(canary)));
  const planted = canaries.flatMap((canary) => plantedBodies(canary, idsOf(canary)));
  const counters = {
    sideBodies: 0,
    sideErrors: 0,
    sideRoutes: 0,
    sideUnanswered: 0,
    sidePlanted: planted.length,
    sidePlantedFound: planted.filter((body) => formsIn(body, forms).length > 0).length,
    sideFound: 0,
  };
  let requests: readonly SideRequest[] | null = null;
  const read = async ({ method, address, body, rawBody }: SideRequest): Promise<void> => {
    try {
      const { status, text } = await client.send(address, {
        method,
        retry: false,
        ...(body === undefined ? {} : { body }),
        ...(rawBody === undefined ? {} : { rawBody }),
      });
      counters.sideBodies++;
      if (status >= 400 && text !== '') counters.sideErrors++;
      if (method === 'GET' && status >= 200 && status <= 299) counters.sideRoutes++;
      if (formsIn(text, forms).length > 0) counters.sideFound++;
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      counters.sideUnanswered++;
    }
  };
  return {
    counters,
    async look() {
      requests ??= [
        ...refusedRequests({ address: route.address, model, tokensMax: await readTokensMax(client, model) }),
        ...SIDE_ROUTES,
      ];
      for (const request of requests) await read(request);
    },
  };
}

/** `max_model_len` of `/models`; null where it is not told. */
async function readTokensMax(client: HttpClient, model: string): Promise<number | null> {
  const { json } = await client.send('/models', { retry: false });
  const entries = (asList(asWire(json)?.['data']) ?? []).map(asWire);
  const told = entries.find((entry) => entry?.['id'] === model)?.['max_model_len'];
  return typeof told === 'number' && told > 0 ? told : null;
}
