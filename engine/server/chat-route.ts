/**
 * `POST /v1/chat/completions`.
 * @module
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { answerWhole } from './answer.ts';
import { planChat } from './chat-request.ts';
import type { ChatPlan } from './chat-request.ts';
import { messageDelta, openingDelta, wholeMessage } from './chat-response.ts';
import { promptEntries } from './completion-response.ts';
import type { Generation } from './generation.ts';
import { abortOnDisconnect, ignoredHeader } from './server-state.ts';
import type { ServerState } from './server-state.ts';
import { streamChoices } from './stream-choices.ts';
import { usageOf } from './usage.ts';

export function addChatRoute(app: FastifyInstance, state: ServerState): void {
  app.post('/v1/chat/completions', async (request, reply) => {
    const plan = planChat(request.body, state.limits, state.options.limits.chatTokens);
    state.checkModel(plan.asked.model);
    const generations = state.loop.submit(plan.requests);
    abortOnDisconnect(state, reply, generations);
    const headers = ignoredHeader(request.body);
    if (plan.asked.stream) return stream(state, reply, plan, generations, headers);
    await answerWhole(state, generations);
    const { promptLogprobs } = plan;
    const [first] = generations;
    return reply.headers(headers).send({
      ...state.head('chatcmpl', 'chat.completion'),
      choices: generations.map((generation, index) => wholeMessage(plan, generation, index)),
      usage: usageOf(generations, plan.asked.n),
      // of the request, not of a choice: vLLM has them here on this route
      ...(promptLogprobs === null
        ? {}
        : { prompt_logprobs: promptEntries(first.result?.promptLogprobs ?? [], promptLogprobs) }),
      ...promptIds(plan),
    });
  });
}

function promptIds({ asked, requests }: ChatPlan): { readonly prompt_token_ids?: readonly number[] } {
  return asked.return_token_ids ? { prompt_token_ids: [...requests[0].tokenIds] } : {};
}

function stream(
  state: ServerState,
  reply: FastifyReply,
  plan: ChatPlan,
  generations: readonly Generation[],
  headers: Readonly<Record<string, string>>,
): FastifyReply {
  const { asked } = plan;
  const withUsage = asked.stream_options?.include_usage === true;
  const head = { ...state.head('chatcmpl', 'chat.completion.chunk'), ...(withUsage ? { usage: null } : {}) };
  reply.hijack();
  streamChoices({
    raw: reply.raw,
    headers,
    stallMs: state.options.limits.stallMs,
    generations,
    opening: generations.map((_, index) => ({
      ...head,
      choices: [openingDelta(plan, index)],
      ...(index === 0 ? promptIds(plan) : {}),
    })),
    event: (index, token, ended) => ({
      ...head,
      choices: [messageDelta(plan, generations[index], index, token, ended)],
    }),
    closing: () => (withUsage ? [{ ...head, choices: [], usage: usageOf(generations, asked.n) }] : []),
    abort: (generation) => state.loop.abort(generation),
  });
  return reply;
}
