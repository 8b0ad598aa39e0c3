/**
 * The seeded faults: each is an alternative engine part in a module of its own, loaded by the target that runs it.
 *
 * Exactly one may be active; none by default; the active one is in the manifest. A fault that no part can express is here too, with
 * what is missing: it is counted as not run, never as found.
 * @module
 */
import type { EngineParts } from '../../engine/index.ts';

/** Letters of the specification of defects; a leak of the leakage specification has none. */
export type FaultClass = string;

/** F1..F45, L1..L15. */
interface FaultEntry {
  readonly id: string;
  readonly name: string;
  readonly class: FaultClass;
  /** One of the faults that must be found. */
  readonly core: boolean;
  /** One sentence: what is mutated. */
  readonly title: string;
}

export interface Fault extends FaultEntry {
  readonly parts: readonly (keyof EngineParts)[];
  /** The protocol that must find it. */
  readonly protocol: string;
  /** Axes that a failing check may name: the factor at fault. */
  readonly axes: readonly string[];
  /** The first op that differs, as a regular expression; null where a trace has no first op to name. */
  readonly op: string | null;
  /** URL of a module that exports `name`, `parts` and `activation`. */
  readonly moduleUrl: string;
}

export interface FaultNotRun extends FaultEntry {
  readonly why: string;
}

/** From TypeScript sources the modules are .ts, from the build .js. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

const CORE = new Set(
  'F1 F2 F4 F5 F6 F8 F9 F10 F12 F13 F14 F16 F17 F18 F20 F23 F24 F26 F27 F28 F29 F30 F31 F34 F35 F36 F40 F41 F43 F44'.split(
    ' ',
  ),
);
/** Of the leaks all must be found but the one that needs a trained model and the one that needs a trained generator. */
const isCore = (id: string): boolean => CORE.has(id) || (/^L/.test(id) && id !== 'L13');

type Row = readonly [
  id: string,
  name: string,
  faultClass: string,
  title: string,
  parts: readonly (keyof EngineParts)[],
  protocol: string,
  axes: readonly string[],
  op: string | null,
];

const BATCH = ['batch-size/ragged', 'row-position'];

// prettier-ignore
const ROWS: readonly Row[] = [
  ['F1', 'splitk-by-batch', 'A', 'A product is cut along its inputs when the step has more than four rows.', ['mhcReduction'], 'batch-many', BATCH, String.raw`^layers\.0\.attn\.input$`],
  ['F2', 'moe-combine-arrival-order', 'A/H', 'Expert outputs are summed in the order of arrival.', ['expertDispatch'], 'batch', BATCH, String.raw`^layers\.\d+\.ffn$`],
  ['F3', 'capacity-counts-padding', 'H', 'Expert capacity counts padded rows; what overflows is dropped.', ['expertDispatch'], 'batch', BATCH, String.raw`^layers\.\d+\.ffn$`],
  ['F4', 'shared-position-ids', 'A/J', 'Positions count the rows of the packed batch.', ['rules'], 'batch', BATCH, String.raw`^layers\.0\.attn\.(q|kv)$`],
  ['F5', 'splitkv-by-batch', 'B', 'Attention is cut when a second request decodes in the step.', ['splitPolicy'], 'batch', BATCH, String.raw`^layers\.\d+\.attn\.context$`],
  ['F6', 'chunk-drops-carry', 'B', 'The tail of a compressor is emptied when a later chunk begins.', ['tailCarry'], 'chunks', ['chunk-size'], String.raw`compressor\.entry$`],
  ['F7', 'chunk-klen-full', 'B', 'A chunk sees entries that no chunk has made yet.', ['rules'], 'audit-chunks', ['chunk-size'], null],
  ['F8', 'swa-ring-too-small', 'B', 'A chunk longer than the window replaces rows that it still reads.', ['rules'], 'chunks', ['chunk-size'], String.raw`^layers\.0\.attn\.context$`],
  ['F9', 'swa-not-restored', 'C/R', 'The sliding window is not restored behind a prefix hit.', ['windowPolicy'], 'cache', ['cache-policy/'], String.raw`^layers\.\d+\.attn\.context$`],
  ['F10', 'restore-wrong-checkpoint', 'C', 'The window is restored from another position of the prefix.', ['windowPolicy'], 'cache', ['cache-policy/'], String.raw`^layers\.\d+\.attn\.context$`],
  ['F11', 'tail-of-one', 'C', 'The norm is left out for a single remaining token.', ['inputNorm'], 'cache', ['cache-policy/'], String.raw`^layers\.0\.attn\.q$`],
  ['F12', 'scale-not-persisted', 'C/G', 'A copy outside the hot tier has codes without scales.', ['coldCodec'], 'cache-disk', ['cache-policy/'], String.raw`^layers\.\d+\.attn\.(context|indexer\..*)$`],
  ['F13', 'copy-before-write', 'D', 'A page is copied before the writes to it have ended.', ['tierTransport'], 'cache-concurrent', ['cache-policy/'], String.raw`^layers\.\d+\.attn\.(context|indexer\..*)$`],
  ['F14', 'evict-pinned', 'D', 'Eviction does not look at pins.', ['evictionPolicy'], 'pressure-shared', ['arrival'], null],
  ['F15', 'staging-buffer-alias', 'D', 'All copies between tiers share one staging buffer.', ['tierTransport'], 'cache-concurrent', ['cache-policy/'], String.raw`^layers\.\d+\.attn\.(context|indexer\..*)$`],
  ['F16', 'hash-truncated', 'E', 'Cache keys keep four bits, and tokens are not compared.', ['prefixKey'], 'history-cached', ['prior-content'], null],
  ['F17', 'salt-ignored', 'E', 'The salt is left out of cache keys.', ['prefixKey'], 'salt', ['cache-salt/'], null],
  ['F18', 'key-domain-collision', 'E', 'Adapter and salt are joined without a border.', ['prefixKey'], 'salt', ['cache-salt/'], null],
  ['F19', 'process-random-hash', 'E', 'Each process draws a seed of its own for cache keys.', ['prefixKey', 'samplingRows'], 'salt-restart', ['cache-salt/'], null],
  ['F20', 'slot-mask-not-cleared', 'F', 'The token mask of a slot holds for its next request.', ['samplingRows'], 'history-masked', ['prior-content'], null],
  ['F21', 'ring-token-wrap', 'F', 'The ring of future tokens has too few places.', ['futureTokens'], 'batch', BATCH, '^embed$'],
  ['F22', 'response-map-by-id', 'F', 'A second request of the same id replaces the first.', ['responseRoutes'], 'one-id', BATCH, null],
  ['F23', 'adapter-version-missing', 'M', 'The adapter is left out of cache keys.', ['prefixKey'], 'salt', ['cache-salt/'], null],
  ['F24', 'ngram-crosses-request', 'M/F', 'The look-back of the memory is not reset between requests.', ['ngramHistory', 'samplingRows'], 'history', ['prior-content'], String.raw`^layers\.\d+\.engram\.rows$`],
  ['F25', 'memory-row-late', 'M/D', 'A late row of the memory is replaced by the row before it.', ['rowFetcher'], 'memory', ['memory/placement'], String.raw`^layers\.\d+\.engram\.values$`],
  ['F26', 'engram-gate-per-batch', 'M/A', 'The gate of the memory is normalised over the batch.', ['memoryGate'], 'batch', BATCH, String.raw`^layers\.\d+\.engram$`],
  ['F27', 'topk-tie-arrival', 'I', 'Ties of the selection are decided by the row.', ['selection'], 'batch', BATCH, String.raw`indexer\.topk$`],
  ['F28', 'topk-bin-cap', 'I', 'One selected entry per bin of scores is kept.', ['selection'], 'golden', ['repeat'], String.raw`indexer\.topk$`],
  ['F29', 'topk-base-twice', 'I/R', 'Offsets of the selection are added twice beyond row 0.', ['selection'], 'batch', BATCH, String.raw`indexer\.topk$`],
  ['F30', 'indexer-no-relu', 'R', 'The indexer has no activation.', ['rules'], 'golden', ['repeat'], String.raw`indexer\.(scores|topk)$`],
  ['F31', 'compress-visibility-off1', 'R', 'An entry becomes visible one token too late.', ['rules'], 'golden', ['repeat'], String.raw`attn\.(context|indexer\..*)$`],
  ['F32', 'rope-query-only', 'J', 'A shift of positions turns queries and not keys.', ['rules'], 'golden', ['repeat'], String.raw`^layers\.0\.attn\.q$`],
  ['F34', 'scale-of-first-request', 'G', 'The scale of records is frozen at the first record.', ['records', 'samplingRows'], 'history', ['prior-content'], String.raw`^layers\.0\.attn\.(kv|context)$`],
  ['F35', 'scale-one', 'G', 'Records have scale 1.', ['records'], 'golden', ['repeat'], String.raw`^layers\.0\.attn\.kv$`],
  ['F36', 'seed-shared', 'K', 'A batch draws from one generator.', ['samplerRng', 'samplingRows'], 'batch-sampled', BATCH, null],
  ['F37', 'seed-by-row', 'K', 'The slot is mixed into the seed.', ['samplerRng'], 'batch-sampled', BATCH, null],
  ['F38', 'greedy-uses-clock', 'K/L', 'What becomes of a rejected draft depends on a clock.', ['acceptDraft'], 'speculative', ['speculative'], null],
  ['F39', 'spec-accept-near', 'L', 'A draft is taken when it is among the best, not the best.', ['acceptDraft'], 'speculative', ['speculative'], null],
  ['F40', 'spec-no-rollback', 'L/R', 'The state of rejected drafts is kept.', ['draftRollback'], 'speculative', ['speculative'], String.raw`attn\.|engram`],
  ['F41', 'truncate-head', 'N', 'Of a prompt that is to be cut half as much is kept as was asked for.', ['promptIntake'], 'truncation', ['truncation/by-target'], '^embed$'],
  ['F42', 'double-bos', 'O', 'A begin-of-sequence token is put before every text.', ['promptIntake'], 'tokenization', ['tokenization'], '^embed$'],
  ['F43', 'stream-repeats-piece', 'P', 'A stream is flushed within a character, and the piece is sent twice.', ['responseRoutes'], 'streaming', ['streaming'], null],
  ['F44', 'logprob-offset', 'P', 'Log-probabilities are read at a row that is off by what came from the cache.', ['logprobRow'], 'cache', ['cache-policy/'], null],
  ['F45', 'preempt-duplicates-token', 'Q', 'A preempted request continues with its last token twice.', ['resumeTokens'], 'pressure', BATCH, null],
  ['L1', 'compressor-state-not-reset', 'F', 'A slot keeps the compressor tails of its last request.', ['stateReset'], 'history', ['prior-content'], String.raw`compressor\.entry$`],
  ['L2', 'salt-ignored-cold', 'E', 'The salt is left out of keys in the cold tier alone.', ['coldPrefixKey'], 'salt-cold', ['cache-salt/'], null],
  ['L3', 'salt-dropped-second-turn', 'E', 'The salt is dropped on the second turn.', ['requestDomain', 'samplingRows'], 'salt-turns', ['cache-salt/'], null],
  ['L5', 'responses-swapped', 'F', 'Answers of two requests are exchanged.', ['responseRoutes'], 'neighbours', ['batch-content'], null],
  ['L6', 'memory-written', 'M', 'A session writes into the tables of the memory, and what it wrote survives it.', ['rowFetcher'], 'residue', ['residue'], String.raw`^layers\.\d+\.engram\.values$`],
  ['L7', 'cold-file-plain', 'C', 'Cold files are in plain text and stay.', ['coldStore'], 'residue', ['residue'], null],
  ['L8', 'scale-of-batch', 'G', 'The scale of records follows the values of all requests.', ['records', 'samplingRows'], 'neighbours', ['batch-content'], String.raw`^layers\.\d+\.attn\.(kv|context|compressor.*)$`],
  ['L11', 'topk-buffer-stale', 'I', 'The buffer of selected entries is not cleared.', ['selection', 'samplingRows'], 'neighbours', ['batch-content'], String.raw`indexer\.topk$`],
  ['L12', 'shared-in-timing', 'E', 'A prefix is shared over salts and told to nobody: it shows in timing alone.', ['prefixKey', 'cachedTokensTold'], 'timing', ['cache-timing'], null],
  ['L15', 'error-echoes-prompt', '-', 'An error body holds the prompt that was sent last, by whomever.', ['requestDomain'], 'side-channels', ['side-channels'], null],
];

export const faults: readonly Fault[] = ROWS.map(([id, name, faultClass, title, parts, protocol, axes, op]) => ({
  id,
  name,
  class: faultClass,
  core: isCore(id),
  title,
  parts,
  protocol,
  axes,
  op,
  moduleUrl: new URL(`./faults/${name}${EXTENSION}`, import.meta.url).href,
}));

// prettier-ignore
const NOT_RUN: readonly (readonly [id: string, name: string, faultClass: string, title: string, why: string])[] = [
  ['F33', 'reroll-fp8-in-place', 'J', 'Records are quantised again on each shift.', 'seam missing: the engine never shifts cached positions'],
  ['L4', 'hash-truncated', 'E', 'Cache keys are truncated.', 'the same mutation as F16, counted there'],
  ['L9', 'generator-memorises', '-', 'A generator memorises rows.', 'concerns synthetic data, not the engine'],
  ['L10', 'exemplar-copied-last', '-', 'An exemplar is copied when order puts it last.', 'no part of the engine: it needs a model that follows exemplars; planted in the tests of the diagnosis, which shrink it to its two causes under 20 of 20 seeds'],
  ['L13', 'canary-trained', '-', 'A canary is in the training data 16 times.', 'needs a trained model'],
  ['L14', 'adapter-equals-salt', 'E', 'An adapter name equals a salt.', 'the same mutation as F18, counted there'],
];

/** Faults of the specification that do not run here, each with the reason. */
export const faultsNotRun: readonly FaultNotRun[] = NOT_RUN.map(([id, name, faultClass, title, why]) => ({
  id,
  name,
  class: faultClass,
  core: isCore(id),
  title,
  why,
}));
