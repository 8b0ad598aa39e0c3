import { describe, expect, it } from 'vitest';
import { createTarget, endpointOptions, endpointOverrides } from '../../../harness/cli/create-target.ts';
import { resolveConfig } from '../../../harness/config/index.ts';
import { perturbationOptions } from '../../../perturbations/index.ts';

const targetOf = (target: unknown, overrides = {}) =>
  resolveConfig({ target, cases: 'a.yaml', perturbations: { repeat: {} } }, { perturbationOptions, overrides }).target;

const server = (target: Record<string, unknown> = {}) => {
  const config = targetOf({ kind: 'openai-chat', ...target });
  if (config.kind !== 'openai-chat') throw new Error('not a server');
  return config;
};

describe('the address of a server', () => {
  const env = { OPENAI_BASE_URL: 'http://env/v1', OPENAI_API_KEY: 'sk-env', OTHER: 'sk-other' };

  it('is that of the config, and of the environment where the config has none', () => {
    expect(endpointOptions(server({ baseUrl: 'http://file/v1' }), env).baseUrl).toBe('http://file/v1');
    expect(endpointOptions(server(), env).baseUrl).toBe('http://env/v1');
    expect(() => endpointOptions(server(), {})).toThrow(/target\.baseUrl: expected the address of the server/);
  });

  it('comes with the key of the variable that the config names', () => {
    expect(endpointOptions(server(), env).apiKey).toBe('sk-env');
    expect(endpointOptions(server({ apiKeyEnv: 'OTHER' }), env).apiKey).toBe('sk-other');
    expect(endpointOptions(server({ apiKeyEnv: 'ABSENT' }), env).apiKey).toBeNull();
  });

  it('given as a flag makes a server the target of a config with another kind', () => {
    const raw = { target: { kind: 'reference-engine', lanes: 2 } };
    const target = endpointOverrides({ baseUrl: 'http://flag/v1', model: 'm' }, raw);
    expect(targetOf(raw.target, { target })).toMatchObject({
      kind: 'openai-completions',
      baseUrl: 'http://flag/v1',
      model: 'm',
    });
  });

  it('given as a flag leaves the kind and the other keys of a config that has a server', () => {
    const raw = { target: { kind: 'openai-chat', baseUrl: 'http://file/v1', topLogprobs: 2 } };
    const target = endpointOverrides({ baseUrl: 'http://flag/v1' }, raw);
    expect(targetOf(raw.target, { target })).toMatchObject({
      kind: 'openai-chat',
      baseUrl: 'http://flag/v1',
      topLogprobs: 2,
    });
  });

  it('is checked before anything is sent', async () => {
    const config = { target: server({ baseUrl: 'http://user:pw@host/v1' }) };
    await expect(createTarget({ config, directory: '/', partsModule: null, env: {} })).rejects.toThrow(
      /a URL with a user name/,
    );
  });
});
