/**
 * What is used of node-llama-cpp, and no more. The package is an optional peer: its own types are never needed to build or to check
 * evenkeel, and what a loaded one really has is looked at before it is used (load-package.ts).
 * @module
 */

export interface LlamaPackage {
  getLlama(options: {
    readonly gpu: false;
    readonly build: 'never';
    readonly skipDownload: true;
    readonly progressLogs: false;
    /** 0 = no limit: a context then has the threads that it asks for, always. */
    readonly maxThreads: 0;
    readonly logLevel: 'warn';
    readonly logger: (level: string, message: string) => void;
  }): Promise<Llama>;
  getModuleVersion(): Promise<string>;
}

export interface Llama {
  readonly systemInfo: string;
  readonly buildType: string;
  readonly llamaCppRelease: { readonly repo: string; readonly release: string };
  loadModel(options: { readonly modelPath: string; readonly gpuLayers: 0 }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  readonly tokens: { readonly bos: number | null; readonly shouldPrependBosToken: boolean };
  readonly trainContextSize: number;
  readonly flashAttentionSupported: boolean;
  tokenize(text: string, specialTokens: boolean): number[];
  detokenize(tokenIds: readonly number[], specialTokens: boolean): string;
  createContext(options: LlamaContextOptions): Promise<LlamaContext>;
}

export interface LlamaContextOptions {
  readonly sequences: number;
  readonly contextSize: number;
  readonly batchSize: number;
  readonly threads: number;
  readonly flashAttention: boolean | 'auto';
  readonly experimentalKvCacheKeyType: string;
  readonly experimentalKvCacheValueType: string;
  readonly swaFullCache: boolean;
  readonly failedCreationRemedy: false;
  readonly batching: { readonly itemPrioritizationStrategy: BatchStrategy };
}

/** Called once for each `llama_decode`: what waits, and how many tokens of each go into it. */
export type BatchStrategy = (waiting: {
  readonly items: readonly BatchItem[];
  readonly size: number;
}) => { readonly item: BatchItem; readonly processAmount: number }[];

export interface BatchItem {
  readonly tokens: readonly number[];
}

export interface LlamaContext {
  readonly contextSize: number;
  readonly batchSize: number;
  readonly totalSequences: number;
  readonly currentThreads: number;
  getSequence(options: { readonly checkpoints: { readonly interval: false } }): LlamaSequence;
  dispose(): Promise<void>;
}

export interface LlamaSequence {
  readonly nextTokenIndex: number;
  controlledEvaluate(input: (number | [number, AskedNext])[]): Promise<readonly (Evaluated | undefined)[]>;
  clearHistory(): Promise<void>;
}

export interface AskedNext {
  readonly generateNext: {
    readonly token: true;
    readonly logits: boolean;
    readonly options: { readonly temperature: 0 };
  };
}

export interface Evaluated {
  readonly next: { readonly token?: number | null; readonly logits?: ReadonlyMap<number, number> };
}
