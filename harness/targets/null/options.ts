/**
 * Options of the null target: the keys of the config's `target`.
 * @module
 */

export interface NullTargetOptions {
  readonly id: string;
  readonly lanes: number;
  /** What another "model" is: other weights answer otherwise. */
  readonly modelSeed: string;
  /** False = like a server that gives tokens and log-probabilities alone. */
  readonly logits: boolean;
  /** Waited once per wave. */
  readonly latencyMs: number;
  /** Chance of each token to be the second best instead of the best: a server that does not repeat itself. */
  readonly flipRate: number;
  /** Chance of each attempt at a level to fail as a lost connection does. */
  readonly errorRate: number;
  /** Decides flips and errors, from the unit, the level and the request: the same faults come at the same places again. */
  readonly noiseSeed: string;
}
