/**
 * Options of the GGUF target: the keys of the config's `target`, with the path made absolute.
 * @module
 */

export interface GgufTargetOptions {
  /** Null = made of the file's name and the beginning of its digest. */
  readonly id: string | null;
  /** Absolute. */
  readonly path: string;
  /** The folder of the config: node-llama-cpp is looked for from there first. */
  readonly directory: string;
  /** Tokens of one sequence. */
  readonly contextSize: number;
  /** Requests in one batch at most; each is a sequence of one context. */
  readonly sequences: number;
  /** Tokens in one `llama_decode` at most. */
  readonly batchSize: number;
  readonly threads: number;
  readonly flashAttention: boolean | 'auto';
  /** Type of keys and values in the cache. */
  readonly kvCacheType: KvCacheType;
  readonly swaFullCache: boolean;
}

export type KvCacheType = 'f32' | 'f16' | 'bf16' | 'q8_0' | 'q4_0';
