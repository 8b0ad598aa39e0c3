import { describe, expect, it } from 'vitest';
import type { CardEntry } from '../../../../harness/schema/index.ts';
import { cardContradictions } from '../../../../harness/targets/index.ts';
import { targetOf } from '../../../support/endpoint-target.ts';
import { startGenericServer } from '../../../support/servers/generic-server.ts';
import { startLlamaCppServer } from '../../../support/servers/llama-cpp-server.ts';
import { startOllamaServer } from '../../../support/servers/ollama-server.ts';
import { startSglangServer } from '../../../support/servers/sglang-server.ts';
import { startTgiServer } from '../../../support/servers/tgi-server.ts';
import { startVllmServer } from '../../../support/servers/vllm-server.ts';

async function cardOf(
  baseUrl: string,
  change: Parameters<typeof targetOf>[1] = {},
): Promise<(name: string) => CardEntry | undefined> {
  const { card } = await targetOf(baseUrl, change).describe();
  return (name) => card.find((entry) => entry.name === name);
}

describe('the serving card', () => {
  it('of vLLM has what its endpoints show, each with the endpoint', async () => {
    const card = await cardOf((await startVllmServer()).baseUrl);
    expect(card('kv_cache_dtype')).toEqual({
      name: 'kv_cache_dtype',
      value: 'fp8',
      source: 'observed',
      where: 'GET /server_info?config_format=json',
    });
    expect(card('server_version')).toMatchObject({ value: '0.11.0', where: 'GET /version' });
    expect(card('max_context')).toMatchObject({ value: '4096', where: 'GET /v1/models' });
    expect(card('prefix_caching')).toMatchObject({ value: 'True', where: 'GET /metrics' });
    expect(card('deterministic_mode')).toMatchObject({ value: '1', source: 'observed' });
  });

  it('hides planted secrets and paths in everything that is stored', async () => {
    for (const server of [await startVllmServer(), await startSglangServer(), await startLlamaCppServer()]) {
      const description = await targetOf(server.baseUrl, {
        apiKey: 'sk-the-callers-own-key',
        declared: { note: 'uses sk-the-callers-own-key' },
      }).describe();
      const stored = JSON.stringify(description);
      expect(stored).not.toMatch(/plantedsecret|secret-user|callers-own/);
      expect(stored).toContain('[path]/');
    }
  });

  it('of llama.cpp shows its defaults of sampling and the template by its digest; the cache type must be declared', async () => {
    const server = await startLlamaCppServer();
    const card = await cardOf(server.baseUrl);
    expect(card('props.default_generation_settings.params.temperature')).toMatchObject({
      value: '0.8',
      where: 'GET /props',
    });
    expect(card('chat_template')?.value).toMatch(/^sha256 [0-9a-f]{64} \(\d+ characters\)$/);
    expect(card('kv_cache_dtype')).toMatchObject({ source: 'unknown' });
    expect((await cardOf(server.baseUrl, { declared: { kv_cache_dtype: 'q8_0' } }))('kv_cache_dtype')).toEqual({
      name: 'kv_cache_dtype',
      value: 'q8_0',
      source: 'declared',
    });
  });

  it('of Ollama has quantisation and digest, and says that its fingerprint is no evidence', async () => {
    const card = await cardOf((await startOllamaServer()).baseUrl);
    expect(card('quantization')).toMatchObject({ value: 'Q4_K_M', where: 'POST /api/show' });
    expect(card('weights_digest')).toMatchObject({ value: 'ab'.repeat(32) });
    expect(card('system_fingerprint')?.value).toMatch(/constant of the server: no evidence/);
    expect(card('sampling top_k')).toMatchObject({ source: 'unknown' });
  });

  it('lets what is shown win over what was declared, and says so in an entry of its own', async () => {
    const { baseUrl } = await startVllmServer();
    const declared = { kv_cache_dtype: 'bf16', prefix_caching: 'true', dtype: 'bfloat16' };
    const { card } = await targetOf(baseUrl, { declared }).describe();
    const words = 'declared bf16, but GET /server_info?config_format=json shows fp8';
    expect(card).toContainEqual({ name: 'contradiction: kv_cache_dtype', value: words, source: 'declared' });
    expect(card.find(({ name }) => name === 'kv_cache_dtype')).toMatchObject({ value: 'fp8', source: 'observed' });
    // equal but for the case of letters is no contradiction
    expect(cardContradictions(card)).toEqual([`kv_cache_dtype: ${words}`]);
  });

  it('of TGI has the sha of the weights, and no dtype', async () => {
    const card = await cardOf((await startTgiServer()).baseUrl, { model: 'org/toy' });
    expect(card('weights_digest')).toMatchObject({ value: 'c'.repeat(40), where: 'GET /info' });
    expect(card('dtype')).toMatchObject({ source: 'unknown' });
  });

  it('of a server that shows nothing leaves nothing blank', async () => {
    const { card } = await targetOf((await startGenericServer()).baseUrl).describe();
    expect(card.every(({ value }) => value !== '')).toBe(true);
    expect(card.find(({ name }) => name === 'dtype')).toMatchObject({ source: 'unknown' });
    expect(card.find(({ name }) => name === 'system_fingerprint')?.value).toMatch(/no evidence/);
  });

  it('leaves numbers that change by themselves out of the fingerprint', async () => {
    const server = await startSglangServer();
    const first = await targetOf(server.baseUrl).describe();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await targetOf(server.baseUrl).describe();
    expect(second.fingerprintSha256).toBe(first.fingerprintSha256);
  });
});
