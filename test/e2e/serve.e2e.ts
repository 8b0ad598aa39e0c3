import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCheckpoint, createEngine } from '../../engine/index.ts';
import { spawnCli } from '../support/built-cli.ts';
import { startServe, type ServeProcess } from '../support/serve-process.ts';

const MODEL = 'v4-tiny';
const engine = createEngine(buildCheckpoint({ preset: 'v4-tiny', seed: 'serve-e2e' }));
const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];
const clientOf = ({ url }: ServeProcess, apiKey = 'unused'): OpenAI =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
let server: ServeProcess;
let client: OpenAI;

beforeAll(async () => {
  server = await startServe(['--seed', 'serve-e2e']);
  client = clientOf(server);
});
afterAll(async () => {
  await server.stop();
});
const metric = async (name: string): Promise<number> =>
  Number(new RegExp(`^evenkeel:${name} (\\S+)$`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())?.[1]);

describe('evenkeel serve, asked by the official client', () => {
  it('prints its URL as the one line of stdout', () => {
    expect(server.out()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\n$/);
  });

  it('lists its model with the length that it has', async () => {
    const models = await client.models.list();
    expect(models.data).toEqual([expect.objectContaining({ id: MODEL, max_model_len: 8192 })]);
    expect((await client.models.retrieve(MODEL)).id).toBe(MODEL);
  });

  it('completes with the bits of the engine in process, whole and streamed', async () => {
    const want = engine.generate({ tokenIds: bytes('Even keel.'), maxTokens: 12, logprobs: 1 });
    const asked = { model: MODEL, prompt: 'Even keel.', max_tokens: 12, temperature: 0, logprobs: 1 } as const;
    const whole = await client.completions.create(asked);
    expect(whole.choices[0].text).toBe(want.text);
    expect(whole.choices[0].logprobs?.token_logprobs).toEqual(want.logprobs.map(({ logprob }) => logprob));
    let text = '';
    for await (const chunk of await client.completions.create({ ...asked, stream: true }))
      text += chunk.choices[0].text;
    expect(text).toBe(want.text);
  });

  it('samples by seed, echoes with the log-probabilities of the prompt, and takes token ids', async () => {
    const sampled = async (seed: number): Promise<string> =>
      (await client.completions.create({ model: MODEL, prompt: 'seed', max_tokens: 16, temperature: 1, seed }))
        .choices[0].text;
    expect(await sampled(7)).toBe(await sampled(7));
    expect(await sampled(7)).not.toBe(await sampled(8));

    const tokenIds = bytes('Scored.');
    const want = engine.generate({ tokenIds, maxTokens: 0, promptLogprobs: 0 }).promptLogprobs!;
    for (const prompt of ['Scored.', tokenIds]) {
      const { choices } = await client.completions.create({
        model: MODEL,
        prompt,
        max_tokens: 0,
        echo: true,
        logprobs: 1,
      });
      expect(choices[0].text).toBe('Scored.');
      expect(choices[0].logprobs?.token_logprobs).toEqual([null, ...want.map(({ logprob }) => logprob)]);
    }
  });

  it('chats, whole and streamed, with log-probabilities and the tokens that came from the cache', async () => {
    const asked = {
      model: MODEL,
      messages: [{ role: 'user', content: 'Keep an even keel. '.repeat(8) }],
      max_completion_tokens: 8,
      temperature: 0,
      logprobs: true,
      top_logprobs: 2,
    } satisfies OpenAI.ChatCompletionCreateParams;
    const first = await client.chat.completions.create(asked);
    expect(first.choices[0].logprobs?.content).toHaveLength(8);
    expect(first.choices[0].finish_reason).toBe('length');
    const stream = client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } });
    const last = await stream.finalChatCompletion();
    expect(last.choices[0].message.content).toBe(first.choices[0].message.content);
    expect(last.choices[0].logprobs?.content).toEqual(first.choices[0].logprobs?.content);
    expect(first.usage?.prompt_tokens_details?.cached_tokens).toBe(0);
    expect(last.usage?.prompt_tokens_details?.cached_tokens).toBe(128);
  });

  it('serves a crowd in shared steps, each with the answer that it has alone', async () => {
    const ask = (i: number) =>
      client.completions.create({
        model: MODEL,
        prompt: `Crowd ${i} `.repeat(1 + i),
        max_tokens: 10,
        temperature: 0,
        logprobs: 2,
      });
    const crowd = await Promise.all(Array.from({ length: 10 }, (_, i) => ask(i)));
    for (const [i, { choices }] of crowd.entries()) {
      const want = engine.generate({ tokenIds: bytes(`Crowd ${i} `.repeat(1 + i)), maxTokens: 10 });
      expect(choices[0].text).toBe(want.text);
      expect(choices[0].logprobs?.token_logprobs).toEqual(want.logprobs.map(({ logprob }) => logprob));
      expect((await ask(i)).choices).toEqual(choices);
    }
    // there were steps of more than one row: sum of rows above number of steps
    expect(await metric('step_rows_sum')).toBeGreaterThan(await metric('steps_total'));
  });

  it('ends what its client gives up', async () => {
    const stream = await client.completions.create({ model: MODEL, prompt: 'long', max_tokens: 8000, stream: true });
    // the first event, then no more
    await stream[Symbol.asyncIterator]().next();
    stream.controller.abort();
    while ((await metric('num_requests_running')) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await metric('requests_ended_total\\{reason="abort"\\}')).toBe(1);
  });

  it('keeps answering others while a client reads nothing', async () => {
    const body = JSON.stringify({ prompt: 'slow', max_tokens: 1500, logprobs: 200, stream: true, ignore_eos: true });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.pause();
    socket.write(
      `POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    while ((await metric('num_requests_running')) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const { choices } = await client.completions.create({
      model: MODEL,
      prompt: 'fast',
      max_tokens: 4,
      temperature: 0,
    });
    expect(choices[0].text).toBe(engine.generate({ tokenIds: bytes('fast'), maxTokens: 4 }).text);
    socket.destroy();
  });

  it('refuses with errors that the client knows', async () => {
    await expect(client.completions.create({ model: 'gpt-4', prompt: 'a' })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
    await expect(client.completions.create({ model: MODEL, prompt: 'a'.repeat(9000) })).rejects.toMatchObject({
      status: 400,
      code: 'context_length_exceeded',
      param: 'prompt',
    });
    const huge = client.completions.create({ model: MODEL, prompt: 'a'.repeat(2_000_000) });
    await expect(huge).rejects.toMatchObject({ status: 413, code: 'body_too_large' });
    await expect(
      client.completions.create({ model: MODEL, prompt: 'a', temperature: 'zero' as unknown as number }),
    ).rejects.toMatchObject({ status: 400, param: 'temperature', type: 'invalid_request_error' });
  });
});

describe('evenkeel serve as a process', () => {
  it('asks for the key of its environment, and shows it nowhere', async () => {
    const guarded = await startServe([], { env: { EVENKEEL_API_KEY: 'sk-e2e-secret' } });
    await expect(clientOf(guarded, 'wrong').models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    expect((await clientOf(guarded, 'sk-e2e-secret').models.list()).data).toHaveLength(1);
    expect(await guarded.stop()).toBe(0);
    expect(guarded.out() + guarded.err()).not.toContain('sk-e2e');
  });

  it.each([
    [['--host', '0.0.0.0'], '--allow-unauthenticated'],
    [['--checkpoint', 'a', '--preset', 'v4-tiny'], '--preset'],
    [['--fault', 'no-such-fault'], 'list faults'],
    [['--api-key', 'two words'], 'visible ASCII'],
    [['--port', '99999'], '65535'],
  ])('refuses %j with exit code 2', async (args, text) => {
    const { code, out, err } = await spawnCli(['serve', ...args], { cwd: tmpdir() });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(text);
  });

  it('refuses a port that is taken with exit code 2', async () => {
    const { code, err } = await spawnCli(['serve', '--port', new URL(server.url).port], { cwd: tmpdir() });
    expect([code, err.includes('EADDRINUSE')]).toEqual([2, true]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 0],
  ] as const)('lets a running request finish at %s and exits with %i', async (signal, code) => {
    const one = await startServe();
    const running = clientOf(one).completions.create({ model: MODEL, prompt: 'a', max_tokens: 60 });
    while (!/num_requests_running 1/.test(await (await fetch(`${one.url}/metrics`)).text()));
    const exit = one.stop(signal);
    expect((await running).usage?.completion_tokens).toBe(60);
    expect(await exit).toBe(code);
  });

  it('serves a fault: the same request differs after another one there, and only there', async () => {
    const leaks = async (served: ServeProcess): Promise<boolean> => {
      const ask = async (prompt: string, salt: string) => {
        const asked = { model: MODEL, prompt, max_tokens: 8, temperature: 0, logprobs: 2, cache_salt: salt };
        return (await clientOf(served).completions.create(asked)).choices[0].logprobs;
      };
      const before = await ask('The same request, before and after.', 'one');
      await ask('Something quite different and rather longer, that leaves its marks. '.repeat(2), 'two');
      return JSON.stringify(await ask('The same request, before and after.', 'three')) !== JSON.stringify(before);
    };
    const faulty = await startServe(['--fault', 'compressor-state-not-reset', '--max-batch', '1']);
    const clean = await startServe(['--max-batch', '1']);
    expect([await leaks(faulty), await leaks(clean)]).toEqual([true, false]);
    await Promise.all([faulty.stop(), clean.stop()]);
  });

  it('takes the target section of a config file, and flags over it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-serve-'));
    writeFileSync(
      join(folder, 'evenkeel.config.json'),
      JSON.stringify({
        target: { kind: 'reference-engine', precision: 'bf16', maxBatch: 3, fault: 'compressor-state-not-reset' },
        cases: 'none.yaml',
        perturbations: { repeat: {} },
      }),
    );
    const served = await startServe(['--max-batch', '2', '--served-model-name', 'mine'], { cwd: folder });
    const info = (await (await fetch(`${served.url}/server_info`)).json()) as {
      readonly model: string;
      readonly engine: Readonly<Record<string, string>>;
    };
    expect(info.model).toBe('mine');
    expect(info.engine).toMatchObject({ precision: 'bf16', maxBatch: '2', fault: 'compressor-state-not-reset' });
    expect(info.engine['customParts']).not.toBe('none');
    await served.stop();
  });
});

describe('docs/serve.md', () => {
  const page = readFileSync('docs/serve.md', 'utf8');
  const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block.replaceAll('\\\n', ' ').split('\n'))
    .filter((line) => line.startsWith('curl '));

  it('shows commands', () => expect(commands.length).toBeGreaterThan(4));

  it.each(commands)('%s', async (command) => {
    const line = command.replaceAll('http://127.0.0.1:8000', server.url).replace('curl ', 'curl --fail-with-body ');
    const out = await new Promise<string>((resolve, reject) => {
      execFile('sh', ['-c', line], (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${line}: ${stdout}`, { cause: error }));
      });
    });
    expect(out.length).toBeGreaterThan(0);
  });

  it('shows a client that works as it stands', async () => {
    const code = /```ts\n(import OpenAI[\s\S]*?)```/.exec(page)?.[1] ?? '';
    const module = code
      .replace("'openai'", `'${import.meta.resolve('openai')}'`)
      .replaceAll('http://127.0.0.1:8000', server.url)
      .replace(/^console\.log\((.*)\);$/m, 'export const shown = $1;');
    const { shown } = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(module)}`)) as {
      readonly shown: string;
    };
    expect(shown.length).toBeGreaterThan(0);
  });

  it('names every parameter that is served, ignored or refused', () => {
    const source = ['parameters', 'completion-request', 'chat-request']
      .map((file) => readFileSync(`engine/server/${file}.ts`, 'utf8'))
      .join('\n');
    const names = [...source.matchAll(/^ {2}(\w+): (?:z\.|only|alternatives|promptParameter|messagesParameter)/gm)].map(
      ([, name]) => name,
    );
    expect(names.length).toBeGreaterThan(40);
    for (const name of names) expect(page).toContain(`\`${name}\``);
  });

  it('names every route', () => {
    for (const path of ['/v1/completions', '/v1/chat/completions', '/v1/models', '/health', '/metrics', '/version'])
      expect(page).toContain(`\`${path}\``);
    for (const path of ['/server_info', '/tokenize', '/detokenize', '/reset_prefix_cache'])
      expect(page).toContain(`\`${path}\``);
  });
});
