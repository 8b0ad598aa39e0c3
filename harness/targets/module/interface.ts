/**
 * What a user's own target module exports. Small on purpose: one function is enough.
 *
 *     export const name = 'my-model';
 *     export async function generate(requests) { return requests.map((request) => ({ text: '...' })); }
 *
 * `generate` gets the requests of a wave together and answers them in order. What it returns is checked like a file.
 * @module
 */

export interface ModuleRequest {
  readonly prompt: string;
  /** The prompt in the module's own tokens; null without a `tokenizer`. */
  readonly promptTokenIds: readonly number[] | null;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
}

export interface ModuleAnswer {
  readonly text: string;
  readonly tokenIds?: readonly number[];
  /** Natural logarithms, one per token; null = unavailable. */
  readonly logprobs?: readonly (number | null)[];
  readonly finishReason?: 'stop' | 'length' | 'abort';
  readonly promptTokens?: number;
}

export interface TargetModule {
  readonly name: string;
  readonly generate: (requests: readonly ModuleRequest[]) => Promise<readonly ModuleAnswer[]>;
  /** Called before each session of a level: forget caches and slots. */
  readonly startFresh?: () => Promise<void>;
  /** Both ways, synchronous. */
  readonly tokenizer?: {
    readonly encode: (text: string) => readonly number[];
    readonly decode: (tokenIds: readonly number[]) => string;
  };
  /** Everything that could change an answer, for the serving card and the fingerprint. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  readonly close?: () => Promise<void>;
}
