/**
 * Where each kind of server shows its configuration. An endpoint that is not there is no error: what it would have shown is unknown.
 * @module
 */
import type { DialectId } from '../dialects/index.ts';
import { asList, asWire, type HttpClient } from '../http/index.ts';
import { flatten, type Field } from './flatten.ts';

export interface Shown {
  /** `GET /props` */
  readonly where: string;
  readonly fields: readonly Field[];
}

interface Source {
  readonly method?: 'POST';
  readonly address: string;
  readonly root: string;
  readonly body?: (model: string) => unknown;
  readonly read?: (answer: { readonly json: unknown; readonly text: string }, model: string) => unknown;
}

const models: Source = {
  address: '/models',
  root: 'models',
  read: ({ json }, model) => {
    const entry = (asList(asWire(json)?.['data']) ?? []).map(asWire).find((one) => one?.['id'] === model);
    // times of the answer
    const { created: _created, permission: _permission, ...rest } = entry ?? {};
    return rest;
  },
};

const SOURCES: Readonly<Record<DialectId, readonly Source[]>> = {
  generic: [models],
  vllm: [
    models,
    { address: 'root:/version', root: 'version' },
    { address: 'root:/metrics', root: 'metrics', read: ({ text }) => infoLabels(text, 'vllm:cache_config_info') },
    { address: 'root:/server_info?config_format=json', root: 'server_info' },
  ],
  sglang: [
    models,
    { address: 'root:/get_server_info', root: 'server_info' },
    { address: 'root:/server_info', root: 'server_info' },
    { address: 'root:/get_model_info', root: 'model_info' },
    { address: 'root:/model_info', root: 'model_info' },
  ],
  'llama-cpp': [models, { address: 'root:/props', root: 'props' }],
  ollama: [
    models,
    { address: 'root:/api/version', root: 'version' },
    {
      method: 'POST',
      address: 'root:/api/show',
      root: 'show',
      body: (model) => ({ model }),
      read: ({ json }) => withoutWeights(json),
    },
    {
      address: 'root:/api/tags',
      root: 'tags',
      read: ({ json }, model) =>
        (asList(asWire(json)?.['models']) ?? []).map(asWire).find((one) => one?.['name'] === model),
    },
  ],
  tgi: [{ address: 'root:/info', root: 'info' }],
  evenkeel: [
    models,
    { address: 'root:/version', root: 'version' },
    { address: 'root:/server_info', root: 'server_info' },
  ],
};

export async function readSources(client: HttpClient, dialect: DialectId, model: string): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const source of SOURCES[dialect]) {
    const method = source.method ?? 'GET';
    const answer = await client
      .send(source.address, {
        method,
        retry: false,
        ...(source.body === undefined ? {} : { body: source.body(model) }),
      })
      // a card is no measurement: what cannot be read is unknown on it
      .catch(() => null);
    if (answer?.status !== 200) continue;
    const fields = flatten(source.root, source.read === undefined ? answer.json : source.read(answer, model));
    const path = source.address.startsWith('root:') ? source.address.slice('root:'.length) : `/v1${source.address}`;
    if (fields.length > 0) shown.push({ where: `${method} ${path}`, fields });
  }
  return shown;
}

/** `name{label="value",...} 1`: the labels are the information. */
function infoLabels(text: string, name: string): Record<string, string> {
  const line = text.split('\n').find((one) => one.startsWith(`${name}{`)) ?? '';
  return Object.fromEntries(
    [...line.matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, label, value]) => [label, value]),
  );
}

/** `/api/show` also holds the licence and every tensor's name. */
function withoutWeights(json: unknown): unknown {
  const { license: _license, tensors: _tensors, modelfile: _modelfile, ...rest } = asWire(json) ?? {};
  return rest;
}
