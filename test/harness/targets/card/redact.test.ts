import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REDACTED, redactText, redactValue } from '../../../../harness/targets/card/redact.ts';

describe('secrets', () => {
  it.each([
    'api_key',
    'apiKey',
    'HF_TOKEN',
    'server_info.vllm_env.AWS_SECRET_ACCESS_KEY',
    'password',
    'ssl_keyfile_password',
    'Authorization',
    'admin_api_key',
  ])('under the name %s are hidden', (name) => {
    expect(redactValue(name, 'anything at all')).toBe(REDACTED);
  });

  it.each([
    'max_tokens',
    'tokenizer_path',
    'kv_cache_dtype',
    'n_keep',
    'total_tokens_per_second',
    'keyBlock',
    'tokenizer_mode',
  ])('are not suspected under the name %s', (name) => {
    expect(redactValue(name, 'fp8')).toBe('fp8');
  });

  it.each([
    'hf_abcdefghijklmnop',
    'sk-proj-abcdefgh12345678',
    'ghp_abcdefghijklmnopqrstuv',
    'AKIAIOSFODNN7EXAMPLE',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc123',
    'Bearer abcdefghijklmno',
    'https://user:hunter22@host/x',
    '-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----',
    'vllm serve --api-key verysecretvalue --port 1',
  ])('that look like %s are hidden under any name', (secret) => {
    const safe = redactText(`before ${secret} after`);
    expect(safe).toContain(REDACTED);
    expect(safe).not.toMatch(/abcdefgh|IOSFODNN|hunter22|MIIabc|verysecret/);
    expect(safe).toMatch(/^before .*after$/s);
  });

  it('that the caller knows are hidden wherever they are', () => {
    expect(redactText('x-my-own-key-x', ['my-own-key'])).toBe(`x-${REDACTED}-x`);
  });
});

describe('paths', () => {
  it.each([
    ['/home/ann/models/toy.gguf', '[path]/toy.gguf'],
    ['model=/srv/a b', 'model=[path]/a b'],
    ['C:\\Users\\ann\\toy.gguf', '[path]/toy.gguf'],
    ['~/models/toy', '[path]/toy'],
    ['org/model', 'org/model'],
    ['1/2', '1/2'],
    ['http://host:8000/v1/models', 'http://host:8000/v1/models'],
  ])('%s becomes %s', (path, safe) => {
    expect(redactText(path)).toBe(safe);
  });
});

it('hiding is a fixed point: hidden again, nothing changes', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const once = redactText(text);
      expect(redactText(once)).toBe(once);
    }),
  );
});
