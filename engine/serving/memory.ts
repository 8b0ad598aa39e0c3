/**
 * The conditional memory of an engine: hash, tables in the chosen place, fetcher; and what the engine says about it.
 * @module
 */
import type { Checkpoint, MemoryConfig } from '../checkpoint/index.ts';
import {
  blockedHistory,
  compressVocabulary,
  ConditionalMemory,
  createNgramHash,
  directFetcher,
  leftPadHistory,
  placeTables,
  prefetchingFetcher,
} from '../memory/index.ts';
import type { MemoryPlacement, MemoryTable } from '../memory/index.ts';
import { memoryTables } from '../model/index.ts';
import { byteVocabulary } from '../tokenizer/index.ts';
import type { EngineParts } from './parts.ts';

export interface MemoryOptions {
  /** false = the checkpoint's memory is left out. */
  readonly enabled?: boolean;
  readonly placement?: MemoryPlacement;
  /** Fetch rows one step ahead; `verify` compares each with a fresh read. */
  readonly prefetch?: 'off' | 'on' | 'verify';
  /** N-gram orders that are looked up; null = all. */
  readonly orders?: readonly number[] | null;
  /** Raw token id -> compressed id; null = made from the byte vocabulary. */
  readonly tokenMap?: Int32Array | null;
}

export const MEMORY_DEFAULTS: Required<MemoryOptions> = {
  enabled: true,
  placement: { kind: 'resident' },
  prefetch: 'off',
  orders: null,
  tokenMap: null,
};

export interface EngineMemory {
  readonly memory: ConditionalMemory;
  readonly tables: readonly MemoryTable[];
  /** Positions that a token's memory values depend on beyond its own n-gram. */
  readonly lookback: number;
}

/** null when the checkpoint has no memory or it is switched off. @throws RangeError when options and checkpoint do not fit */
export function openMemory(
  checkpoint: Checkpoint,
  options: Required<MemoryOptions>,
  parts: EngineParts,
): EngineMemory | null {
  const { memory: config, vocabSize, hcMult, hiddenSize } = checkpoint.config;
  if (config === null || !options.enabled) return null;
  const tokenMap = options.tokenMap ?? byteTokenMap(vocabSize);
  checkTokenMap(tokenMap, vocabSize, config);
  const orders = options.orders ?? Array.from({ length: config.maxNgram - 1 }, (_, i) => i + 2);
  for (const order of orders)
    if (!Number.isInteger(order) || order < 2 || order > config.maxNgram)
      throw new RangeError(`memory.orders: expected orders from 2 to ${config.maxNgram}, got ${order}`);
  const hash = createNgramHash({
    layerIds: config.layerIds,
    maxNgram: config.maxNgram,
    headsPerNgram: config.headsPerNgram,
    vocabSizes: config.vocabSizes,
    compressedVocab: config.compressedVocab,
    padId: tokenMap[config.padTokenId],
    seed: 0,
    history: parts.ngramHistory ?? (config.form === 'v41' ? blockedHistory : leftPadHistory),
  });
  hash.tables.forEach(({ layer, rows }, i) => {
    if (rows !== config.rows[i])
      throw new RangeError(
        `engram_num_embeddings of layer ${layer}: expected ${rows} (the sum of its primes), got ${config.rows[i]}`,
      );
  });
  const tables = placeTables(memoryTables(checkpoint), options.placement);
  const fetcher =
    parts.rowFetcher?.(tables) ??
    (options.prefetch === 'off'
      ? directFetcher(tables)
      : prefetchingFetcher(tables, { verify: options.prefetch === 'verify' }));
  const tailRows = config.form === 'paper' ? (config.convKernel - 1) * config.maxNgram : 0;
  const shape = {
    maxNgram: config.maxNgram,
    headsPerNgram: config.headsPerNgram,
    headDim: config.headDim,
    orders,
    layerIds: config.layerIds,
    tokenMap,
    tailFloats: tailRows * hcMult * hiddenSize,
  };
  const version = [...tables.map((t) => t.version), `orders ${orders.join(',')}`].join('/');
  return {
    memory: new ConditionalMemory(shape, hash, fetcher, version),
    tables,
    lookback: tailRows * config.layerIds.length,
  };
}

function byteTokenMap(vocabSize: number): Int32Array {
  const { lookup } = compressVocabulary(byteVocabulary());
  if (lookup.length !== vocabSize)
    throw new RangeError(
      `memory.tokenMap: expected one for this vocabulary of ${vocabSize} tokens, got none (the built-in one has ${lookup.length})`,
    );
  return lookup;
}

function checkTokenMap(map: Int32Array, vocabSize: number, { compressedVocab, padTokenId }: MemoryConfig): void {
  if (map.length !== vocabSize) throw new RangeError(`memory.tokenMap: expected ${vocabSize} ids, got ${map.length}`);
  const size = map.reduce((max, id) => Math.max(max, id), -1) + 1;
  if (size !== compressedVocab)
    throw new RangeError(`memory.tokenMap: expected ${compressedVocab} compressed ids, got ${size}`);
  if (padTokenId >= vocabSize)
    throw new RangeError(`engram_pad_token_id: expected an id below ${vocabSize}, got ${padTokenId}`);
}
