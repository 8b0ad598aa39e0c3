/**
 * The beginning of every probe: who answers, which model, whose fields to try, and the first route that gives an answer.
 * @module
 */
import { ConfigError, TargetError } from '../../ports/index.ts';
import type { Capability } from '../../schema/index.ts';
import { dialects, type Dialect, type DialectId, type Route } from '../dialects/index.ts';
import { readIdentity, type Identity } from '../endpoint/identity.ts';
import type { EndpointOptions } from '../endpoint/options.ts';
import { asWire, type HttpClient, type HttpClock } from '../http/index.ts';
import { ask, finding, type Probing, type Reply } from './ask.ts';

/** Half of the answers from another server are missed by this many asks once in 2^5. */
const IDENTITY_ASKS = 6;

export interface Connected {
  readonly probing: Probing;
  readonly identity: Identity;
  readonly first: Extract<Reply, { kind: 'ok' }>;
  readonly capabilities: readonly Capability[];
}

export interface ConnectInput {
  readonly client: HttpClient;
  readonly options: EndpointOptions;
  readonly clock: HttpClock;
  readonly nonce: string;
}

/** @throws TargetError when nobody answers, or two servers do; ConfigError when the model is not said and not clear */
export async function connect({ client, options, clock, nonce }: ConnectInput): Promise<Connected> {
  const identity = await oneIdentity(client);
  const model = chooseModel(options, identity);
  const dialect = await chooseDialect(options.dialect, identity, client);
  const refusals: string[] = [];
  // alternatives are the first thing that a server may refuse
  for (const route of dialect.routes(options.api)) {
    for (const topLogprobs of topLogprobsToTry(options.topLogprobs)) {
      const probing: Probing = {
        client,
        clock,
        api: options.api,
        dialect,
        route,
        model,
        topLogprobs,
        nonce,
        apiKey: options.apiKey,
        bytesAreTokens: options.tokenizer === 'bytes',
      };
      const reply = await ask(probing);
      if (reply.kind === 'ok') {
        return {
          probing,
          identity,
          first: reply,
          capabilities: connectionFindings(identity, dialect, route, refusals),
        };
      }
      refusals.push(`${route.id}: ${reply.message}`);
      // a route that is not there is not there without alternatives either
      if (reply.status === 404 || reply.status === 405) break;
    }
  }
  throw new TargetError({
    code: 'TARGET_REFUSED',
    at: client.url.api,
    expected: 'an answer to a short prompt',
    got: refusals.join('; '),
    hint: 'Check the model, the kind of target (openai-completions or openai-chat), and the key.',
  });
}

function topLogprobsToTry(wanted: number | null): readonly (number | null)[] {
  if (wanted === null) return [null];
  return wanted > 5 ? [wanted, 5, 1, null] : wanted > 1 ? [wanted, 1, null] : [wanted, null];
}

async function oneIdentity(client: HttpClient): Promise<Identity> {
  const seen = new Map<string, Identity>();
  for (let asked = 0; asked < IDENTITY_ASKS; asked++) {
    const identity = await readIdentity(client);
    seen.set(identity.sha256, identity);
  }
  const all = [...seen.values()];
  if (all.length === 1) return all[0];
  throw new TargetError({
    code: 'TARGET_IDENTITY',
    at: `${client.url.api}/models`,
    expected: `one server in ${IDENTITY_ASKS} connections`,
    got: `${all.length} different answers (models ${all.map(({ models }) => models.join(', ') || 'none').join(' / ')})`,
    hint: 'Two servers share this address (SO_REUSEPORT, a load balancer). Name one of them.',
  });
}

function chooseModel({ model }: EndpointOptions, { models }: Identity): string {
  if (model !== null) {
    // servers accept any name, and some answer for another model
    if (models.length > 0 && !models.includes(model))
      throw new TargetError({
        code: 'TARGET_MODEL',
        at: 'target.model',
        expected: `one of ${models.slice(0, 8).join(', ')}`,
        got: JSON.stringify(model),
        hint: 'The server does not list this model.',
      });
    return model;
  }
  if (models.length === 1) return models[0];
  throw new ConfigError({
    code: 'CONFIG_MODEL',
    at: 'target.model',
    expected: models.length === 0 ? 'a name: the server lists no models' : `one of ${models.slice(0, 8).join(', ')}`,
    got: 'nothing',
    hint: 'Set target.model, or give --model.',
  });
}

async function chooseDialect(wanted: 'auto' | DialectId, identity: Identity, client: HttpClient): Promise<Dialect> {
  const byId = (id: DialectId): Dialect => {
    const dialect = dialects.find((one) => one.id === id);
    if (dialect === undefined) throw new RangeError(`dialects: no ${id}`);
    return dialect;
  };
  if (wanted !== 'auto') return byId(wanted);
  const hinted = dialects.find(({ ownedBy }) => ownedBy.some((owner) => identity.ownedBy.includes(owner)));
  if (hinted !== undefined) return hinted;
  for (const dialect of dialects) {
    if (dialect.recognise === null) continue;
    const answer = await client.send(dialect.recognise.address, { retry: false });
    if (answer.status === 200 && asWire(answer.json)?.[dialect.recognise.field] !== undefined) return dialect;
  }
  return byId('generic');
}

function connectionFindings(
  identity: Identity,
  dialect: Dialect,
  route: Route,
  refusals: readonly string[],
): Capability[] {
  const models = identity.models.length === 0 ? 'no model list' : `models ${identity.models.slice(0, 4).join(', ')}`;
  return [
    finding('identity', 'supported', `one signature in ${IDENTITY_ASKS} connections: ${models}`),
    finding(
      'route',
      'supported',
      `${route.id} (${dialect.title} fields tried)${refusals.length === 0 ? '' : `; refused before: ${refusals.join('; ')}`}`,
    ),
  ];
}
