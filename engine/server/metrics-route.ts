/**
 * `GET /metrics`: Prometheus text. Whether requests shared a batch, and what the cache did, can be read here.
 * @module
 */
import type { FastifyInstance } from 'fastify';
import type { ServerState } from './server-state.ts';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const PREFIX = 'evenkeel:';
/** What the tiers of the cache count. */
const TIER_MOVES = ['demotions', 'spills', 'promotions', 'restores', 'evictions', 'lost', 'damaged', 'abandonedCopies'];
/** What says how the cache is built, of the engine's description. */
const CACHE_ENTRIES = ['records', 'pageTokens', 'hotPages', 'prefixCache', 'windowPolicy', 'warmBytes', 'coldTier'];

type Labels = Readonly<Record<string, string | number>>;
type Sample = readonly [labels: Labels, value: number];

export function addMetricsRoute(app: FastifyInstance, state: ServerState): void {
  const responses = new Map<number, number>();
  app.addHook('onResponse', (_request, reply, done) => {
    responses.set(reply.raw.statusCode, (responses.get(reply.raw.statusCode) ?? 0) + 1);
    done();
  });
  app.get('/metrics', (_request, reply) => reply.type(CONTENT_TYPE).send(metricsText(state, responses)));
}

function metricsText(state: ServerState, responses: ReadonlyMap<number, number>): string {
  const { loop, engine } = state;
  const { load, totals, counters, tiers } = loop;
  const one = (value: number): Sample[] => [[{}, value]];
  const config = engine.describe().filter(({ name }) => CACHE_ENTRIES.includes(name));
  return [
    metric('num_requests_running', 'gauge', 'Requests in the batch.', one(load.running)),
    metric('num_requests_waiting', 'gauge', 'Requests that wait for a place in it.', one(load.waiting)),
    metric('last_step_rows', 'gauge', 'Requests in the last step; 0 when nothing runs.', one(load.lastStepRows)),
    histogram('step_rows', 'Requests per step.', totals.stepsByRows, engine.options.maxBatch),
    metric('steps_total', 'counter', 'Steps computed.', one(counters['steps'] ?? 0)),
    metric('prompt_tokens_total', 'counter', 'Prompt tokens of ended requests.', one(totals.promptTokens)),
    metric('prompt_tokens_cached_total', 'counter', 'Of these, from the prefix cache.', one(totals.cachedTokens)),
    metric('generation_tokens_total', 'counter', 'Tokens produced for ended requests.', one(totals.generatedTokens)),
    metric(
      'requests_ended_total',
      'counter',
      'Requests ended, by reason.',
      Object.entries(totals.ended).map(([reason, value]) => [{ reason }, value]),
    ),
    metric(
      'prefix_cache_queries_total',
      'counter',
      'Requests that looked for a prefix.',
      one(counters['lookups'] ?? 0),
    ),
    metric('prefix_cache_hits_total', 'counter', 'Requests that found one.', one(counters['hits'] ?? 0)),
    metric('prefix_cache_hit_tokens_total', 'counter', 'Tokens found.', one(counters['hitTokens'] ?? 0)),
    metric('prefix_cache_reused_tokens_total', 'counter', 'Tokens not computed.', one(counters['reusedTokens'] ?? 0)),
    metric(
      'cache_objects',
      'gauge',
      'Pages and snapshots by tier.',
      Object.entries(tiers).map(([tier, value]) => [{ tier }, value]),
    ),
    metric(
      'cache_moves_total',
      'counter',
      'What happened to them.',
      TIER_MOVES.map((kind) => [{ kind }, counters[kind] ?? 0]),
    ),
    metric('preemptions_total', 'counter', 'Requests that gave way.', one(counters['preemptions'] ?? 0)),
    metric('draft_tokens_total', 'counter', 'Tokens drafted.', one(counters['draftedTokens'] ?? 0)),
    metric('draft_tokens_accepted_total', 'counter', 'Of these, taken.', one(counters['acceptedDrafts'] ?? 0)),
    metric('engine_failures_total', 'counter', 'Steps that threw.', one(totals.engineFailures)),
    metric(
      'http_responses_total',
      'counter',
      'Answers by status.',
      [...responses].sort(([a], [b]) => a - b).map(([code, value]) => [{ code }, value]),
    ),
    metric('cache_config_info', 'gauge', 'How the cache is built.', [
      [Object.fromEntries(config.map(({ name, value }) => [name, value])), 1],
    ]),
  ].join('');
}

function metric(name: string, kind: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  return head(name, kind, help) + samples.map(([labels, value]) => line(name, labels, value)).join('');
}

function histogram(name: string, help: string, counts: ReadonlyMap<number, number>, most: number): string {
  const bounds: number[] = [];
  for (let bound = 1; bound < most; bound *= 2) bounds.push(bound);
  const entries = [...counts];
  const upTo = (bound: number): number => entries.reduce((sum, [rows, steps]) => sum + (rows <= bound ? steps : 0), 0);
  const total = upTo(Number.POSITIVE_INFINITY);
  return [
    head(name, 'histogram', help),
    ...[...bounds, most].map((bound) => line(`${name}_bucket`, { le: bound }, upTo(bound))),
    line(`${name}_bucket`, { le: '+Inf' }, total),
    line(
      `${name}_sum`,
      {},
      entries.reduce((sum, [rows, steps]) => sum + rows * steps, 0),
    ),
    line(`${name}_count`, {}, total),
  ].join('');
}

function head(name: string, kind: string, help: string): string {
  return `# HELP ${PREFIX}${name} ${help}\n# TYPE ${PREFIX}${name} ${kind}\n`;
}

function line(name: string, labels: Labels, value: number): string {
  const inside = Object.entries(labels)
    .map(([label, text]) => `${label}="${escapeLabel(String(text))}"`)
    .join(',');
  return `${PREFIX}${name}${inside === '' ? '' : `{${inside}}`} ${value}\n`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
