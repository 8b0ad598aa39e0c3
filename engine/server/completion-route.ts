/**
 * `POST /v1/completions`.
 * @module
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { planCompletion } from './completion-request.ts';
import type { CompletionPlan } from './completion-request.ts';
import { ChoiceDeltas, wholeChoice } from './completion-response.ts';
import { answerWhole } from './answer.ts';
import type { Generation } from './generation.ts';
import { abortOnDisconnect, ignoredHeader } from './server-state.ts';
import type { ServerState } from './server-state.ts';
import { streamChoices } from './stream-choices.ts';
import { usageOf } from './usage.ts';

export function addCompletionRoute(app: FastifyInstance, state: ServerState): void {
  app.post('/v1/completions', async (request, reply) => {
    const plan = planCompletion(request.body, state.limits);
    state.checkModel(plan.asked.model);
    const generations = state.loop.submit(plan.requests);
    abortOnDisconnect(state, reply, generations);
    const headers = ignoredHeader(request.body);
    if (plan.asked.stream) return stream(state, reply, plan, generations, headers);
    await answerWhole(state, generations);
    return reply.headers(headers).send({
      ...state.head('cmpl', 'text_completion'),
      choices: generations.map((generation, index) => wholeChoice(plan, generation, index)),
      usage: usageOf(generations, plan.asked.n),
    });
  });
}

function stream(
  state: ServerState,
  reply: FastifyReply,
  { asked, ...plan }: CompletionPlan,
  generations: readonly Generation[],
  headers: Readonly<Record<string, string>>,
): FastifyReply {
  const head = state.head('cmpl', 'text_completion');
  const withUsage = asked.stream_options?.include_usage === true;
  const deltas = generations.map((generation, index) => new ChoiceDeltas({ asked, ...plan }, generation, index));
  reply.hijack();
  streamChoices({
    raw: reply.raw,
    headers,
    stallMs: state.options.limits.stallMs,
    generations,
    opening: [],
    event: (choice, token, ended) => ({
      ...head,
      choices: [deltas[choice].delta(token, ended)],
      // as OpenAI has it: null in all events but the last, when usage was asked for
      ...(withUsage ? { usage: null } : {}),
    }),
    closing: () => (withUsage ? [{ ...head, choices: [], usage: usageOf(generations, asked.n) }] : []),
    abort: (generation) => state.loop.abort(generation),
  });
  return reply;
}
