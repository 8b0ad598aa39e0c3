/**
 * What the probe saw work, as far as a run uses it.
 * @module
 */
import type { Dialect, Route } from '../dialects/index.ts';
import type { Identity } from './identity.ts';

export interface Features {
  readonly dialect: Dialect;
  readonly route: Route;
  readonly model: string;
  readonly identity: Identity;
  /** Alternatives that are asked for; null = the server gives no log-probabilities. */
  readonly topLogprobs: number | null;
  /** Prompts can be sent as ids, and ours are the server's. */
  readonly tokenIdPrompts: boolean;
  /** Prompts can be sent as ids, whoever's they are. */
  readonly takesTokenIds: boolean;
  readonly cacheSalt: boolean;
  /** The server takes a salt, whether or not it was seen to isolate anything: that is then measured. */
  readonly saltAccepted: boolean;
  readonly flush: boolean;
  readonly running: boolean;
  /** Scores of prompts passed their self-test. */
  readonly promptScore: boolean;
}
