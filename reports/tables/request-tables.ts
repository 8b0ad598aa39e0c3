/**
 * Tables of what came back: requests, and the tokens that they produced.
 *
 * Outputs (texts, token ids, canaries) are columns that are exported only when they are asked for; their digests always are, so that
 * outputs can be compared without being shown.
 * @module
 */
import { createHash } from 'node:crypto';
import type { RequestObservation } from '../../harness/schema/index.ts';
import { flag, integer, nullable, number, output, text, timestamp } from './column.ts';
import { placeColumns } from './run-tables.ts';
import { declareTable, observedLevels, type ExportSource, type ObservedLevel } from './table.ts';

interface RequestRow extends ObservedLevel {
  readonly request: RequestObservation;
}

export const observationTable = declareTable<RequestRow>({
  name: 'observations',
  row: 'One request at one level of a unit. Join a row with the row of the same unit and request at its reference level.',
  needsFindings: false,
  columns: [
    ...placeColumns<RequestRow>(),
    nullable(
      text('reference', 'The level that it is compared with; null = a control.', ({ level }) => level.reference),
    ),
    text('promise', 'What is owed there: bit-equal, content-independent, or drift.', ({ level }) => level.promise),
    text(
      'request_id',
      'The request; the same id at the reference level is its counterpart.',
      ({ request }) => request.requestId,
    ),
    text('case_id', 'The case that its prompt is made from.', ({ request }) => request.caseId),
    text('role', 'probe = compared; mate = shares the batch.', ({ request }) => request.role),
    integer('wave', '', 'The wave that it was sent in, from 0.', ({ request }) => request.wave),
    nullable(integer('batch_row', '', 'Row in the batch at admission; null = not told.', ({ request }) => request.row)),
    timestamp('unit_started_at', 'When the unit began.', ({ observation }) => observation.startedAt),
    integer('lane', '', 'The worker that ran the unit.', ({ observation }) => observation.lane),
    nullable(
      text('endpoint', 'Where it was sent; null = a target in the process.', ({ observation }) => observation.endpoint),
    ),
    nullable(
      integer(
        'prompt_tokens',
        'tokens',
        'Length of the prompt; null = not told.',
        ({ request }) => request.promptTokens,
      ),
    ),
    text('prompt_sha256', 'Digest of what was sent.', ({ request }) => request.promptSha256),
    integer(
      'output_tokens',
      'tokens',
      'Produced tokens with an id; 0 beside a text = the target gives no ids.',
      ({ request }) => request.tokenIds.length,
    ),
    nullable(
      text(
        'tokens_sha256',
        'Digest of the token ids, 4 bytes each, little-endian; null = there are none.',
        ({ request }) => (request.tokenIds.length === 0 ? null : tokensDigest(request.tokenIds)),
      ),
    ),
    text('text_sha256', 'Digest of the text in UTF-8.', ({ request }) => sha256(request.text)),
    text('finish_reason', 'stop, length, abort, or unknown.', ({ request }) => request.finishReason),
    integer('logprobs', 'tokens', 'Produced tokens with a log-probability.', ({ request }) => known(request).length),
    nullable(
      number('logprob_mean', 'nats', 'Their mean; null = there are none.', ({ request }) => mean(known(request))),
    ),
    nullable(
      number('logprob_min', 'nats', 'The least of them; null = there are none.', ({ request }) =>
        least(known(request)),
      ),
    ),
    nullable(
      text('logits_sha256', 'Digest of the logits of all produced tokens; null = not available.', ({ request }) =>
        request.generated.kind === 'blob' ? request.generated.sha256 : null,
      ),
    ),
    text('logits_state', 'measured, not-measured, or unsupported.', ({ request }) =>
      request.generated.kind === 'blob' ? 'measured' : request.generated.kind,
    ),
    nullable(
      text(
        'prompt_logits_sha256',
        'Digest of the logits of all prompt positions; null = not available.',
        ({ request }) => request.promptLogitsSha256,
      ),
    ),
    nullable(
      integer(
        'cached_tokens',
        'tokens',
        'Prompt tokens that came from a prefix cache; null = not told.',
        ({ request }) => request.cachedTokens ?? request.exchange?.cachedTokens ?? null,
      ),
    ),
    nullable(
      text(
        'route',
        'Route of the server; null = a target in the process.',
        ({ request }) => request.exchange?.route ?? null,
      ),
    ),
    nullable(text('model', 'What the server called its model.', ({ request }) => request.exchange?.model ?? null)),
    nullable(
      text(
        'system_fingerprint',
        'What the server called its configuration.',
        ({ request }) => request.exchange?.systemFingerprint ?? null,
      ),
    ),
    nullable(
      integer(
        'http_status',
        '',
        'Of the last attempt; null = no answer, or no server.',
        ({ request }) => request.exchange?.attempts.at(-1)?.status ?? null,
      ),
    ),
    nullable(
      integer(
        'request_attempts',
        '',
        'Attempts of the transport; null = no server.',
        ({ request }) => request.exchange?.attempts.length ?? null,
      ),
    ),
    nullable(
      number(
        'started_ms',
        'ms',
        'Since the level began; null = no server.',
        ({ request }) => request.exchange?.startedMs ?? null,
      ),
    ),
    nullable(
      number('duration_ms', 'ms', 'From sending to the whole answer; null = no server.', ({ request }) =>
        request.exchange === undefined ? null : request.exchange.finishedMs - request.exchange.startedMs,
      ),
    ),
    nullable(
      flag(
        'truncated',
        'Whether the server says that it cut the prompt; null = not told.',
        ({ request }) => request.exchange?.truncated ?? null,
      ),
    ),
    output(text('text', 'The output.', ({ request }) => request.text)),
    output(text('token_ids', 'Its token ids as a JSON list.', ({ request }) => JSON.stringify(request.tokenIds))),
    output(
      nullable(
        text('canary', 'The random string planted in the prompt; null = none.', ({ request }) => request.canary),
      ),
    ),
  ],
  rows: requests,
});

interface TokenRow extends RequestRow {
  readonly position: number;
}

export const tokenTable = declareTable<TokenRow>({
  name: 'tokens',
  row: 'One produced token of a request.',
  needsFindings: false,
  columns: [
    ...placeColumns<TokenRow>(),
    text('request_id', 'The request.', ({ request }) => request.requestId),
    text('case_id', 'Its case.', ({ request }) => request.caseId),
    integer('position', '', 'Place in the output, from 0.', ({ position }) => position),
    nullable(
      number(
        'logprob',
        'nats',
        'Log-probability of the token; null = not available.',
        ({ request, position }) => request.logprobs[position] ?? null,
      ),
    ),
    nullable(
      text(
        'logits_sha256',
        'Digest of the logits that it was chosen from; null = not available.',
        ({ request, position }) => request.stepSha256[position] ?? null,
      ),
    ),
    output(
      nullable(
        integer(
          'token_id',
          '',
          'The token; null = the target gives no ids.',
          ({ request, position }) => request.tokenIds[position] ?? null,
        ),
      ),
    ),
    output(
      nullable(
        text(
          'token_text',
          'Its text, where a server tells it.',
          ({ request, position }) => request.exchange?.tokenTexts[position] ?? null,
        ),
      ),
    ),
  ],
  *rows(source) {
    for (const row of requests(source)) {
      const { tokenIds, logprobs, stepSha256, exchange } = row.request;
      const tokens = Math.max(tokenIds.length, logprobs.length, stepSha256.length, exchange?.tokenTexts.length ?? 0);
      for (let position = 0; position < tokens; position++) yield { ...row, position };
    }
  },
});

function* requests(source: ExportSource): Generator<RequestRow> {
  for (const level of observedLevels(source))
    for (const request of level.observed.requests) yield { ...level, request };
}

const known = ({ logprobs }: RequestObservation): number[] => logprobs.filter((value) => value !== null);

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const least = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((smallest, value) => Math.min(smallest, value));

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

function tokensDigest(tokenIds: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(4 * tokenIds.length));
  for (const [at, id] of tokenIds.entries()) bytes.setUint32(4 * at, id, true);
  return sha256(new Uint8Array(bytes.buffer));
}
