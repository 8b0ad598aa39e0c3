/**
 * Protocols: what is varied, on which serving configuration, over which prompts. A fault names the protocol that must find it.
 *
 * A protocol is data; it runs through the plan, the target, the suites and the gate that every run uses. Prompts are few and short, their
 * lengths by the boundary rule: around blocks of 4, 8 (window) and 16 (page), and one beyond several of them.
 * @module
 */
import type { BatchRequest, EngineOptions } from '../../engine/index.ts';
import type { CacheTimingSettings, GenerationSettings } from '../../harness/schema/index.ts';

export interface Protocol {
  readonly id: string;
  /** The suite of the specification. */
  readonly suite: string;
  /** Options by perturbation id. */
  readonly perturbations: Readonly<Record<string, unknown>>;
  readonly generation?: Partial<GenerationSettings>;
  readonly engine?: EngineOptions;
  /** Room on the host where a level wants little of it. */
  readonly tightWarmBytes?: number;
  /** Bytes of each prompt. */
  readonly lengths: readonly number[];
  /** Bytes that all prompts begin with. */
  readonly commonPrefix?: number;
  /** Letters that prompts are made of; few = repeated n-grams. */
  readonly alphabet?: string;
  /** Prompt logits are not asked for, so that prefixes may come from the cache. */
  readonly skipPromptLogits?: boolean;
  /** Also compared with the outputs of the engine without a fault, as with a committed baseline. */
  readonly golden?: boolean;
  /** Bounds of drift by place, as in a policy. */
  readonly drift?: Readonly<Record<string, unknown>>;
  /** Also a timing audit, judged at `alpha`; what is left out is as in a configuration. */
  readonly timing?: Partial<CacheTimingSettings> & { readonly alpha: number };
  /** The engine is asked over its HTTP face, as any server is. */
  readonly server?: true;
  /** What a client adds that a planned request has no field for. */
  readonly request?: (request: BatchRequest) => BatchRequest;
}

const PAGE = 16;
const SAMPLED = { temperature: 1, seed: 11 };
/** Each prompt is one that ends in a block, at its end, just behind it, and beyond several windows. */
const LENGTHS = [31, 33, 48, 65];
const SHORT = [18, 21, 33, 36];
const BATCH = { sizes: [1, 4], lengths: ['ragged'], rowPositions: true };

const list: readonly Protocol[] = [
  { id: 'repeat', suite: 'S1', perturbations: { repeat: { times: 2 } }, lengths: [33, 48] },
  {
    // more rows than a tile has; plain kernels are slow, so that there are no more
    id: 'tiling',
    suite: 'S1',
    perturbations: { repeat: { times: 2 } },
    generation: { maxTokens: 2, scoreLastPositions: 2 },
    lengths: [21],
  },
  {
    id: 'batch',
    suite: 'S2',
    perturbations: { 'batch-size': BATCH },
    // attention of these lengths has several key blocks
    engine: { keyBlock: 8, maxBatch: 4 },
    lengths: LENGTHS,
  },
  {
    id: 'batch-sampled',
    suite: 'S9',
    perturbations: { 'batch-size': { ...BATCH, rowPositions: false } },
    generation: { ...SAMPLED, maxTokens: 8 },
    engine: { maxBatch: 4 },
    lengths: SHORT,
  },
  {
    id: 'batch-many',
    suite: 'S2',
    perturbations: { 'batch-size': { sizes: [1, 8], lengths: ['ragged'], rowPositions: false } },
    engine: { maxBatch: 8 },
    lengths: [18, 21, 20, 17, 19, 16, 22, 15],
  },
  {
    id: 'arrival',
    suite: 'S3',
    perturbations: { arrival: { requests: 4, everySteps: 1, schedules: ['staggered', 'reversed', 'trickled'] } },
    engine: { maxBatch: 4 },
    lengths: SHORT,
  },
  {
    id: 'chunks',
    suite: 'S4',
    perturbations: { 'chunk-size': { sizes: [5, 16, 33] } },
    lengths: [47, 65],
  },
  {
    id: 'cache',
    suite: 'S5',
    perturbations: { 'cache-policy': { states: ['warm', 'host', 'window-zero'] } },
    engine: { pageTokens: PAGE },
    lengths: [33, 49, 56, 65],
  },
  {
    id: 'cache-disk',
    suite: 'S5',
    perturbations: { 'cache-policy': { states: ['host', 'disk'] } },
    engine: { pageTokens: PAGE, precision: 'f32-kvq', warmBytes: 4096 },
    lengths: [33, 49, 56, 65],
  },
  {
    id: 'cache-concurrent',
    suite: 'S16',
    perturbations: { 'cache-policy': { states: ['host'] } },
    engine: { pageTokens: PAGE, copyDelaySteps: 1 },
    lengths: [33, 49, 56, 65],
  },
  {
    id: 'shared-prefix',
    suite: 'S16',
    perturbations: { arrival: { requests: 4, everySteps: 1, schedules: ['trickled', 'staggered'] } },
    engine: {
      pageTokens: PAGE,
      prefixCache: true,
      windowPolicy: { kind: 'zero' },
      chunkSize: 10,
      maxBatch: 4,
    },
    generation: { scoreLastPositions: 0 },
    skipPromptLogits: true,
    commonPrefix: 48,
    lengths: [56, 60, 65, 53],
  },
  {
    id: 'pressure',
    suite: 'S16',
    perturbations: { 'batch-size': { ...BATCH, rowPositions: false } },
    generation: { maxTokens: 18, scoreLastPositions: 0 },
    // two requests fit, the others wait, grow, and push each other out
    engine: { pageTokens: PAGE, hotPages: 8, maxBatch: 4 },
    lengths: [30, 31, 29, 28],
  },
  {
    id: 'pressure-shared',
    suite: 'S16',
    perturbations: { arrival: { requests: 4, everySteps: 2, schedules: ['trickled', 'staggered'] } },
    generation: { maxTokens: 18, scoreLastPositions: 0 },
    engine: { pageTokens: PAGE, hotPages: 8, maxBatch: 4, prefixCache: true, copyDelaySteps: 1 },
    skipPromptLogits: true,
    commonPrefix: 32,
    lengths: [44, 47, 41, 40],
  },
  {
    id: 'one-id',
    suite: 'S16',
    perturbations: { 'batch-size': { ...BATCH, rowPositions: false } },
    engine: { maxBatch: 4 },
    request: (request) => ({ ...request, id: 'mine' }),
    lengths: SHORT,
  },
  {
    id: 'audit-chunks',
    suite: 'S17',
    perturbations: { 'chunk-size': { sizes: [16] } },
    engine: { audit: true },
    lengths: [47, 65],
  },
  {
    id: 'neighbours',
    suite: 'S11',
    perturbations: { 'batch-content': { mates: 3 } },
    engine: { maxBatch: 4 },
    lengths: SHORT,
  },
  {
    id: 'history',
    suite: 'S11',
    perturbations: { 'prior-content': { mates: 4 } },
    engine: { maxBatch: 4 },
    alphabet: 'abcd',
    lengths: SHORT,
  },
  {
    id: 'history-cached',
    suite: 'S11',
    perturbations: { 'prior-content': { mates: 4 } },
    generation: { scoreLastPositions: 0 },
    engine: { maxBatch: 4, pageTokens: PAGE, prefixCache: true },
    skipPromptLogits: true,
    lengths: [65, 81, 97, 70],
  },
  {
    id: 'history-masked',
    suite: 'S11',
    perturbations: { 'prior-content': { mates: 4 } },
    generation: { maxTokens: 8 },
    engine: { maxBatch: 4 },
    // an answer in the letters of its own prompt
    request: (request) =>
      request.id.startsWith('prior-') ? { ...request, allowedTokenIds: [...new Set(request.tokenIds)] } : request,
    lengths: SHORT,
  },
  {
    id: 'salt',
    suite: 'S11',
    perturbations: { 'cache-salt': { states: ['warm'] } },
    generation: { scoreLastPositions: 0 },
    engine: { pageTokens: PAGE, prefixCache: true },
    lengths: [36, 49],
  },
  {
    id: 'salt-cold',
    suite: 'S11',
    perturbations: { 'cache-salt': { states: ['disk'], askers: ['other-salt'] } },
    generation: { maxTokens: 1, scoreLastPositions: 0 },
    engine: { pageTokens: PAGE, prefixCache: true },
    // two states of the bench's checkpoint
    tightWarmBytes: 400 * 1024,
    lengths: [34],
  },
  {
    id: 'salt-turns',
    suite: 'S11',
    perturbations: { 'cache-salt': { states: ['second-turn'], askers: ['no-salt'] } },
    generation: { maxTokens: 1, scoreLastPositions: 0 },
    engine: { pageTokens: PAGE, prefixCache: true },
    lengths: [36],
  },
  {
    id: 'salt-restart',
    suite: 'S11',
    perturbations: { 'cache-salt': { states: ['restart'], askers: ['other-salt'] } },
    generation: { maxTokens: 1, scoreLastPositions: 0 },
    engine: { pageTokens: PAGE, prefixCache: true },
    lengths: [36],
  },
  {
    id: 'timing',
    suite: 'S11',
    perturbations: { repeat: { times: 2 } },
    generation: { maxTokens: 1, scoreLastPositions: 1 },
    engine: { pageTokens: PAGE, prefixCache: true },
    // a hit computes 17 of 65 tokens; of nine hits one may come behind a miss and the test still rejects: C(18, 17)/C(18, 9) = 3.7e-4
    timing: { perArm: 9, promptLength: 65, alpha: 1e-3 },
    lengths: [21],
  },
  {
    id: 'side-channels',
    suite: 'S11',
    perturbations: { 'side-channels': {} },
    generation: { maxTokens: 1, scoreLastPositions: 0 },
    engine: { maxBatch: 4 },
    server: true,
    lengths: [36],
  },
  {
    id: 'residue',
    suite: 'S11',
    perturbations: { residue: { pushers: 1, canaryBits: 24 } },
    generation: { maxTokens: 2, scoreLastPositions: 0 },
    engine: { pageTokens: PAGE, prefixCache: true, precision: 'f32-kvq' },
    tightWarmBytes: 200 * 1024,
    lengths: [36],
  },
  {
    id: 'streaming',
    suite: 'S13',
    // bytes of random weights hardly ever make a character of several bytes; what is no character is beyond ASCII all the same
    perturbations: { streaming: { multiByte: false } },
    generation: { maxTokens: 12 },
    lengths: [33, 48],
  },
  {
    id: 'truncation',
    suite: 'S12',
    perturbations: { truncation: { sides: ['head'], keepShare: [0.6], keepQuery: false, byTarget: true } },
    lengths: [33, 48],
  },
  { id: 'tokenization', suite: 'S13', perturbations: { tokenization: {} }, lengths: [33, 48] },
  {
    id: 'memory',
    suite: 'S16',
    perturbations: { memory: { settings: ['host'] } },
    lengths: [33, 48],
  },
  {
    id: 'speculative',
    suite: 'S10',
    perturbations: { speculative: { draftTokens: [1, 3] } },
    generation: { maxTokens: 12 },
    lengths: [33, 47],
  },
  {
    id: 'precision-band',
    suite: 'S14',
    perturbations: { precision: { levels: ['f32', 'bf16'] } },
    // by the published band of a legitimate 3-bit quantisation: very large for a rounding, small for a defect
    drift: { precision: { klNatsMeanMax: 0.0664 } },
    generation: { scoreLastPositions: 16 },
    lengths: [33, 48, 65],
  },
  {
    id: 'golden',
    suite: 'S15',
    perturbations: { repeat: { times: 2 } },
    golden: true,
    lengths: [31, 65, 97],
  },
];

export const protocols: ReadonlyMap<string, Protocol> = new Map(list.map((protocol) => [protocol.id, protocol]));

/** @throws RangeError */
export function protocolOf(id: string): Protocol {
  const protocol = protocols.get(id);
  if (protocol === undefined) throw new RangeError(`fault bench: no protocol ${id}`);
  return protocol;
}

/** Few tokens, greedy; a protocol changes what it needs. */
export const GENERATION: GenerationSettings = { maxTokens: 4, temperature: 0, seed: 11, scoreLastPositions: 4 };
