/**
 * Options of a target behind HTTP: the keys of the config's `target`, with the key itself read from the environment.
 * @module
 */
import type { DialectId, EndpointApi } from '../dialects/index.ts';
import type { HttpClock } from '../http/index.ts';
import type { ProbeResult } from '../probe/index.ts';

export interface EndpointOptions {
  readonly id: string;
  readonly api: EndpointApi;
  readonly baseUrl: string;
  /** Null = the only one that the server lists. */
  readonly model: string | null;
  /** The secret; never stored, printed or hashed. */
  readonly apiKey: string | null;
  readonly dialect: 'auto' | DialectId;
  readonly tokenizer: 'text' | 'bytes';
  /** Alternatives asked for per produced token; null = no log-probabilities. */
  readonly topLogprobs: number | null;
  /** How a wave of several requests is sent. */
  readonly waves: 'simultaneous' | 'list-prompt';
  readonly timeoutMs: number;
  readonly answerBytesMax: number;
  readonly attemptsMax: number;
  readonly waitMsMax: number;
  /** What the operator says about the server: name and value of card entries that no endpoint shows. */
  readonly declared: Readonly<Record<string, string>>;
  /** For tests. */
  readonly clock?: HttpClock;
  readonly fetch?: typeof fetch;
  /** Decides whether the server is probed, or has been before; absent = it is, once. */
  readonly probed?: (ask: () => Promise<ProbeResult>) => Promise<ProbeResult>;
  /** Makes salts of this process unlike those of any other; drawn when absent. */
  readonly nonce?: string;
}
