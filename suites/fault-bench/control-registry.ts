/**
 * Benign changes that no gate may flag: of the engine, of the requests, or of what is recorded of the answers. Each runs over several
 * protocols, judged as a fault is, and compared with the unchanged engine as with a committed baseline.
 * @module
 */
import { createEvictionPolicy } from '../../engine/index.ts';
import type { BatchRequest, EngineOptions, RecordFormat } from '../../engine/index.ts';
import type { Case, Observation } from '../../harness/schema/index.ts';
import { specifiedParts } from './activation.ts';

export interface Control {
  /** B1..B16, C1..C6. */
  readonly id: string;
  readonly title: string;
  /** Where it runs; none = `why` says how it is covered, or why not. */
  readonly protocols: readonly string[];
  readonly why: string | null;
  readonly engine?: EngineOptions;
  readonly request?: (request: BatchRequest) => BatchRequest;
  readonly cases?: (cases: readonly Case[]) => readonly Case[];
  readonly observed?: (observation: Observation) => Observation;
  /** Bytes that all prompts begin with. */
  readonly commonPrefix?: number;
  /** False where outputs may differ from those of the unchanged engine; the verdict may still not fail. */
  readonly sameOutputs: boolean;
}

const EVERYWHERE = [
  'batch',
  'batch-many',
  'batch-sampled',
  'arrival',
  'chunks',
  'cache',
  'cache-concurrent',
  'neighbours',
  'history',
  'speculative',
];
const CACHED = [
  'cache',
  'cache-disk',
  'cache-concurrent',
  'shared-prefix',
  'pressure',
  'pressure-shared',
  'history-cached',
];
const LEAKAGE = ['neighbours', 'history', 'history-cached', 'history-masked'];

/** The same bytes at other places: entries from the end of a page to its start. */
function reversed(format: RecordFormat): RecordFormat {
  const place = (entries: number, entry: number): number => entries - 1 - entry;
  return {
    ...format,
    // decoded here and not by the kernels, which know the released layouts alone
    shape: null,
    writeEntry: (page, entries, entry, values, from) =>
      format.writeEntry(page, entries, place(entries, entry), values, from),
    readEntry: (page, entries, entry, out, outFrom) =>
      format.readEntry(page, entries, place(entries, entry), out, outFrom),
    entryRanges: (entries, entry) => format.entryRanges(entries, place(entries, entry)),
  };
}

function reversedRecords(): NonNullable<EngineOptions['parts']> {
  const { records } = specifiedParts();
  return {
    records: {
      ...records,
      window: reversed(records.window),
      entry: reversed(records.entry),
      indexKey: reversed(records.indexKey),
    },
  };
}

const LOGPROB_DECIMALS = 1e4;
const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value * LOGPROB_DECIMALS) / LOGPROB_DECIMALS;

function withRoundedLogprobs(observation: Observation): Observation {
  const levels = observation.levels.map((level) => ({
    ...level,
    requests: level.requests.map((request) => ({ ...request, logprobs: request.logprobs.map(rounded) })),
  }));
  return { ...observation, levels };
}

type Change = Omit<Control, 'id' | 'title' | 'protocols' | 'why' | 'sameOutputs'> & { readonly sameOutputs?: boolean };

const runs = (id: string, title: string, protocols: readonly string[], change: Change = {}): Control => ({
  id,
  title,
  protocols,
  why: null,
  sameOutputs: true,
  ...change,
});
const elsewhere = (id: string, title: string, why: string): Control => ({
  id,
  title,
  protocols: [],
  why,
  sameOutputs: true,
});

export const controls: readonly Control[] = [
  elsewhere('B1', 'other Node version or system', 'golden outputs in every job of the CI; one bench has one machine'),
  // one seed over all protocols did not end within 100 s: a protocol of its own, with few rows
  runs('B2', 'other tiling: plain kernels instead of WebAssembly', ['tiling'], { engine: { kernels: 'reference' } }),
  runs('B3', 'less room on the host', CACHED, { engine: { warmBytes: 512 * 1024 } }),
  runs('B4', 'eviction by uses instead of by age', CACHED, {
    engine: { parts: { evictionPolicy: createEvictionPolicy('lfu') } },
  }),
  runs('B5', 'prefix cache on', [...EVERYWHERE, 'history-masked', 'pressure'], { engine: { prefixCache: true } }),
  runs('B6', 'records at other places of a page', EVERYWHERE, { engine: { parts: reversedRecords() } }),
  runs('B7', 'trace and events on', EVERYWHERE, { engine: { tap: () => undefined, events: () => undefined } }),
  runs('B8', 'nothing at all: batches, orders and histories of the protocols', [
    ...EVERYWHERE,
    'timing',
    'side-channels',
  ]),
  runs('B9', 'other request ids', EVERYWHERE, { request: (request) => ({ ...request, id: `r-${request.id}` }) }),
  runs('B10', 'log-probabilities rounded to 4 decimals', EVERYWHERE, { observed: withRoundedLogprobs }),
  elsewhere('B11', 'retry, slow server', 'tests of the HTTP client and of the run; the engine has no transport'),
  runs('B12', 'f32 to bf16 within the band of the policy', ['precision-band'], { sameOutputs: true }),
  runs('B13', 'cases in another order', ['repeat', 'chunks', 'golden', 'speculative', 'memory'], {
    cases: (cases) => cases.toReversed(),
  }),
  elsewhere('B14', 'other seed at a temperature', 'no suite compares distributions yet'),
  elsewhere(
    'B15',
    'flips of near ties',
    'the engine repeats itself bit by bit: test/suites/determinism/token-flips.test.ts',
  ),
  elsewhere('B16', 'a server with noise of its own', 'the gate against itself, 200 of 200, in test/e2e'),
  runs('C1', 'batch-invariant engine with a salted cache', LEAKAGE, {
    request: (request) => ({ ...request, cacheSalt: request.id }),
  }),
  runs('C2', 'rounding by the size of the batch alone', ['neighbours', 'history'], {
    engine: { mhcSplitK: { kind: 'by-token-count', multiprocessors: 16, tokenBlock: 8 } },
    sameOutputs: false,
  }),
  runs('C3', 'shared cache of a public beginning', LEAKAGE, { commonPrefix: 16, sameOutputs: false }),
  runs('C4', 'outputs with the same boilerplate', LEAKAGE, { commonPrefix: 12, sameOutputs: false }),
  elsewhere('C5', 'independent synthetic sample', 'concerns synthetic data, not the engine'),
  elsewhere('C6', 'cache off', 'not applicable, and no pass: test/harness/gate/verdict.test.ts'),
];
