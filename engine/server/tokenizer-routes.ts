/**
 * `POST /tokenize` and `/detokenize`, in vLLM's shapes.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { badParameter } from './api-error.ts';
import { messagesParameter } from './chat-request.ts';
import { chatTokens } from './chat-template.ts';
import { parseBody, text } from './parse-body.ts';
import { checkTokenIds } from './prompts.ts';
import { ignoredHeader } from './server-state.ts';
import type { ServerState } from './server-state.ts';
import { tokenizer, tokenName } from './token-text.ts';

const tokenizeSchema = z.strictObject({
  model: z.string().optional(),
  prompt: text.optional(),
  messages: messagesParameter.optional(),
  add_generation_prompt: z.boolean().default(true),
  return_token_strs: z.boolean().default(false),
  /** Text has none here, whatever is said. */
  add_special_tokens: z.boolean().optional(),
});

const detokenizeSchema = z.strictObject({
  model: z.string().optional(),
  tokens: z.array(z.int().min(0)),
});

export function addTokenizerRoutes(app: FastifyInstance, state: ServerState): void {
  app.post('/tokenize', (request, reply) => {
    const asked = parseBody(tokenizeSchema, request.body);
    state.checkModel(asked.model);
    const { prompt, messages } = asked;
    if ((prompt === undefined) === (messages === undefined))
      throw badParameter('prompt', `expected either prompt or messages, got ${prompt === undefined ? 'none' : 'both'}`);
    const tokens =
      messages === undefined
        ? state.limits.promptIntake.encode(prompt ?? '')
        : chatTokens(messages, asked.add_generation_prompt);
    return reply.headers(ignoredHeader(request.body, ['add_special_tokens'])).send({
      count: tokens.length,
      max_model_len: state.limits.maxModelLen,
      tokens,
      token_strs: asked.return_token_strs ? tokens.map((id) => tokenName(id, false)) : null,
    });
  });
  app.post('/detokenize', (request, reply) => {
    const { model, tokens } = parseBody(detokenizeSchema, request.body);
    state.checkModel(model);
    checkTokenIds(tokens, 'tokens', state.limits.vocabSize);
    return reply.send({ prompt: tokenizer.decode(tokens) });
  });
}
