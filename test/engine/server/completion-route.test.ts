import { describe, expect, it } from 'vitest';
import { eventsOf, MODEL, testServer } from '../../support/engine-server.ts';
import { promptOf } from '../../support/serving-runs.ts';

const server = testServer();
const complete = (body: Record<string, unknown>) =>
  server.post('/v1/completions', { model: MODEL, temperature: 0, ...body });

describe('/v1/completions', () => {
  it('answers as the engine itself does: text, tokens and the bits of log-probabilities', async () => {
    const tokenIds = promptOf(3, 40);
    const want = server.engine.generate({ tokenIds, maxTokens: 8, logprobs: 3, promptLogprobs: 2 });
    const { status, body } = await complete({
      prompt: tokenIds,
      max_tokens: 8,
      logprobs: 3,
      prompt_logprobs: 2,
      return_token_ids: true,
      return_tokens_as_token_ids: true,
    });
    expect(status).toBe(200);
    const [choice] = body.choices;
    expect(choice.token_ids).toEqual(want.tokenIds);
    expect(choice.prompt_token_ids).toEqual(tokenIds);
    expect(choice.text).toBe(want.text);
    expect(choice.finish_reason).toBe('length');
    expect(choice.logprobs.token_logprobs).toEqual(want.logprobs.map(({ logprob }) => logprob));
    expect(choice.logprobs.tokens).toEqual(want.tokenIds.map((id) => `token_id:${id}`));
    want.logprobs.forEach(({ tokenId, logprob, top }, i) =>
      expect(choice.logprobs.top_logprobs[i]).toEqual({
        ...Object.fromEntries(top.map((one) => [`token_id:${one.tokenId}`, one.logprob])),
        [`token_id:${tokenId}`]: logprob,
      }),
    );
    expect(choice.prompt_logprobs[0]).toBeNull();
    want.promptLogprobs!.forEach(({ tokenId, logprob, rank }, i) =>
      expect(choice.prompt_logprobs[i + 1]?.[String(tokenId)]).toMatchObject({ logprob, rank }),
    );
    expect(body.usage).toEqual({
      prompt_tokens: 40,
      completion_tokens: 8,
      total_tokens: 48,
      prompt_tokens_details: { cached_tokens: 0 },
    });
  });

  it('scores a prompt with echo and max_tokens 0: one entry per token, the first null', async () => {
    const text = 'Even keel, évenement.';
    const bytes = [...new TextEncoder().encode(text)];
    const { body } = await complete({ prompt: text, max_tokens: 0, echo: true, logprobs: 1 });
    const [choice] = body.choices;
    const want = server.engine.generate({ tokenIds: bytes, maxTokens: 0, promptLogprobs: 1 });
    expect(choice.text).toBe(text);
    expect(choice.finish_reason).toBe('length');
    expect(choice.logprobs.tokens).toHaveLength(bytes.length);
    expect(choice.logprobs.token_logprobs).toEqual([null, ...want.promptLogprobs!.map(({ logprob }) => logprob)]);
    expect(choice.logprobs.top_logprobs[0]).toBeNull();
    expect(body.usage.completion_tokens).toBe(0);
  });

  it('has log-probabilities that pass the laws a harness asks for', async () => {
    const scored = async (logprobs: number, prompt: readonly number[] = promptOf(5, 30), maxTokens = 4) =>
      (await complete({ prompt, max_tokens: maxTokens, echo: true, logprobs, return_tokens_as_token_ids: true })).body
        .choices[0].logprobs;
    const whole = await scored(-1);
    // the chosen token's does not depend on how many alternatives are asked for
    for (const k of [0, 1, 5, 20]) {
      const some = await scored(k);
      expect(some.token_logprobs).toEqual(whole.token_logprobs);
      for (const top of some.top_logprobs.slice(1)) expect([k, k + 1]).toContain(Object.keys(top!).length);
    }
    // those of the whole vocabulary are those of a distribution
    for (const top of whole.top_logprobs.slice(1)) {
      expect(Object.keys(top!)).toHaveLength(320);
      expect(Object.values(top!).reduce((sum, logprob) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 12);
    }
    // a score over the prompt is that of one token after another
    const prompt = promptOf(5, 30);
    for (const at of [1, 13, 29]) {
      const one = await scored(0, prompt.slice(0, at + 1), 0);
      expect(one.token_logprobs[at]).toBe(whole.token_logprobs[at]);
    }
  });

  it('takes one text, texts, token ids and lists of them, and n choices of each with seeds of their own', async () => {
    for (const [prompt, choices] of [
      ['ab', 1],
      [['ab', 'cd'], 2],
      [[97, 98], 1],
      [[[97, 98], [99]], 2],
    ] as const) {
      const { body } = await complete({
        prompt,
        n: 3,
        max_tokens: 2,
        temperature: 1.5,
        seed: 5,
        return_token_ids: true,
      });
      expect(body.choices.map(({ index }) => index)).toEqual([...Array(choices * 3).keys()]);
      const first = body.choices.slice(0, 3).map(({ token_ids: ids }) => ids);
      const want = [5, 6, 7].map(
        (seed) =>
          server.engine.generate({ tokenIds: body.choices[0].prompt_token_ids, maxTokens: 2, temperature: 1.5, seed })
            .tokenIds,
      );
      expect(first).toEqual(want);
    }
  });

  it('streams one event per token, whose texts and numbers are those of the whole answer', async () => {
    const asked = {
      prompt: ['The quick', 'brown'],
      max_tokens: 12,
      logprobs: 2,
      return_token_ids: true,
      n: 2,
      temperature: 1,
    };
    const whole = (await complete(asked)).body;
    const { text, headers } = await complete({ ...asked, stream: true, stream_options: { include_usage: true } });
    expect(headers['content-type']).toContain('text/event-stream');
    const events = eventsOf(text);
    const last = events.pop();
    expect(last?.choices).toEqual([]);
    expect(last?.usage).toMatchObject({ prompt_tokens: 14, completion_tokens: 48 });
    for (const choice of whole.choices) {
      const own = events.flatMap(({ choices }) => choices).filter(({ index }) => index === choice.index);
      expect(own).toHaveLength(choice.token_ids.length);
      expect(own.map(({ text: piece }) => piece).join('')).toBe(choice.text);
      expect(own.flatMap((one) => one.token_ids)).toEqual(choice.token_ids);
      for (const key of ['tokens', 'token_logprobs', 'top_logprobs', 'text_offset'] as const)
        expect(own.flatMap((one): readonly unknown[] => one.logprobs[key])).toEqual(choice.logprobs[key]);
      expect(own.map(({ finish_reason: reason }) => reason)).toEqual([...own.slice(1).map(() => null), 'length']);
      expect(own[0].prompt_token_ids).toEqual(choice.prompt_token_ids);
    }
  });

  it('streams an echo with the log-probabilities of the prompt in its first event', async () => {
    const asked = {
      prompt: ['Echo this.', 'And this'],
      max_tokens: 3,
      echo: true,
      logprobs: 1,
      return_token_ids: true,
    };
    const whole = (await complete(asked)).body;
    const events = eventsOf((await complete({ ...asked, stream: true })).text);
    for (const choice of whole.choices) {
      const own = events.flatMap(({ choices }) => choices).filter(({ index }) => index === choice.index);
      expect(own.map(({ text }) => text).join('')).toBe(choice.text);
      for (const key of ['tokens', 'token_logprobs', 'top_logprobs', 'text_offset'] as const)
        expect(own.flatMap((one): readonly unknown[] => one.logprobs[key])).toEqual(choice.logprobs[key]);
    }
    const scored = eventsOf((await complete({ ...asked, max_tokens: 0, stream: true })).text);
    expect(scored.map(({ choices }) => choices[0].text)).toEqual(asked.prompt);
    expect(scored[0].choices[0]).toMatchObject({
      finish_reason: 'length',
      logprobs: { token_logprobs: { length: 10 } },
    });
  });

  it('says stop only at a stop condition', async () => {
    const free = (await complete({ prompt: 'stop here', max_tokens: 24, ignore_eos: true, return_token_ids: true }))
      .body.choices[0];
    const at = free.token_ids[9];
    const first = free.token_ids.indexOf(at);
    const byId = (await complete({ prompt: 'stop here', max_tokens: 24, stop_token_ids: [at], return_token_ids: true }))
      .body.choices[0];
    expect(byId.finish_reason).toBe('stop');
    expect(byId.token_ids).toEqual(free.token_ids.slice(0, first + 1));
    const stop = [...free.text][6];
    const byText = (await complete({ prompt: 'stop here', max_tokens: 24, stop, ignore_eos: true })).body.choices[0];
    expect(byText.finish_reason).toBe('stop');
    expect(byText.text).toBe(free.text.slice(0, free.text.indexOf(stop)));
  });

  it('names a parameter that has no effect, and refuses one that is unknown or would change something', async () => {
    const fine = await complete({
      prompt: 'a',
      max_tokens: 1,
      user: 'me',
      logit_bias: {},
      best_of: 1,
      presence_penalty: 0,
    });
    expect(fine.status).toBe(200);
    expect(fine.headers['x-ignored-parameters']).toBe('user');
    for (const [change, param, code] of [
      [{ temperature: 'zero' }, 'temperature', 'invalid_value'],
      [{ temperature: -1 }, 'temperature', 'invalid_value'],
      [{ logprobs: true }, 'logprobs', 'invalid_value'],
      [{ logprobs: 321 }, 'logprobs', 'invalid_value'],
      [{ top_p: 0 }, 'top_p', 'invalid_value'],
      [{ seed: 1.5 }, 'seed', 'invalid_value'],
      [{ temprature: 1 }, 'temprature', 'unknown_parameter'],
      [{ frequency_penalty: 0.5 }, 'frequency_penalty', 'unsupported_value'],
      [{ logit_bias: { 5: 1 } }, 'logit_bias', 'unsupported_value'],
      [{ best_of: 2 }, 'best_of', 'unsupported_value'],
      [{ suffix: 'x' }, 'suffix', 'unsupported_value'],
      [{ stop: '' }, 'stop', 'invalid_value'],
      [{ stream_options: { include_usage: true } }, 'stream_options', 'invalid_value'],
      [{ prompt: [] }, 'prompt', 'invalid_value'],
      // half a surrogate pair: UTF-8 would make another prompt of it, and one salt of two
      [{ prompt: 'a\ud800' }, 'prompt', 'invalid_value'],
      [{ prompt: ['a', '\udfff'] }, 'prompt[1]', 'invalid_value'],
      [{ prompt: ['a', 5] }, 'prompt[1]', 'invalid_value'],
      [{ cache_salt: '\ud801' }, 'cache_salt', 'invalid_value'],
      [{ stop: ['\ud801'] }, 'stop[0]', 'invalid_value'],
      [{ prompt: '' }, 'prompt', 'invalid_value'],
      [{ prompt: [1, 'a'] }, 'prompt[1]', 'invalid_value'],
      [{ prompt: [[1], [2, -1]] }, 'prompt[1][1]', 'invalid_value'],
      [{ prompt: [320] }, 'prompt[0]', 'invalid_value'],
      [{ prompt: undefined }, 'prompt', 'missing_parameter'],
    ] as const) {
      const { status, body } = await complete({ prompt: 'a', max_tokens: 1, ...change });
      expect([status, body.error.param, body.error.code], JSON.stringify(change)).toEqual([400, param, code]);
      expect(body.error.message).toContain(param.split('[')[0]);
    }
    expect((await complete({ prompt: 'a', model: 'other' })).status).toBe(404);
  });

  it('refuses a prompt that does not fit with both numbers, and cuts nothing off', async () => {
    const { body } = await complete({ prompt: 'a'.repeat(9000), max_tokens: 1 });
    expect(body.error).toMatchObject({ code: 'context_length_exceeded', param: 'prompt' });
    expect(body.error.message).toMatch(/8192.*9000/);
    const sum = await complete({ prompt: 'a'.repeat(100), max_tokens: 8100 });
    expect(sum.body.error.message).toMatch(/8192.*8200/);
  });

  it('cuts a prompt where the request asks for it: the end stays, and is what is counted and computed', async () => {
    const tokenIds = promptOf(3, 40);
    const answer = async (body: Record<string, unknown>) =>
      (await complete({ max_tokens: 4, logprobs: 0, return_token_ids: true, ...body })).body;
    const [whole, cut, own] = [
      await answer({ prompt: tokenIds }),
      await answer({ prompt: tokenIds, truncate_prompt_tokens: 12 }),
      await answer({ prompt: tokenIds.slice(-12) }),
    ];
    expect(cut.choices[0].logprobs).toEqual(own.choices[0].logprobs);
    expect(cut.choices[0].logprobs.token_logprobs).not.toEqual(whole.choices[0].logprobs.token_logprobs);
    expect(cut.choices[0].prompt_token_ids).toEqual(tokenIds.slice(-12));
    expect([whole.usage.prompt_tokens, cut.usage.prompt_tokens]).toEqual([40, 12]);
  });

  it('cuts to what fits when asked for -1, and refuses 0 and the other side', async () => {
    const { status, body } = await complete({ prompt: 'a'.repeat(9000), max_tokens: 8100, truncate_prompt_tokens: -1 });
    expect(status).toBe(200);
    expect(body.usage.prompt_tokens).toBe(92);
    for (const change of [{ truncate_prompt_tokens: 0 }, { truncation_side: 'right' }])
      expect((await complete({ prompt: 'a', max_tokens: 1, ...change })).status).toBe(400);
  });
});
