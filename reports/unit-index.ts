/**
 * What the page's explorer knows of a run's units: one small index of all of them, and the details of each in chunks.
 *
 * The index is columns, not objects: lists that repeat are stored once and named by number, and what has one letter is a string with one
 * letter per unit or row. A row is a unit at one of its compared levels; the rows of a unit stand together, in the order of its levels.
 * All texts are safe to show (see visible-text.ts). Interfaces alone, without imports, so that the page's script shares them.
 * @module
 */

/** What an owed or measured comparison came to; letters, because there is one per row. */
export type RowStatus =
  /** Equality was owed and is not there. */
  | 'f'
  /** Equality was owed and is there. */
  | 'p'
  /** Nothing was owed. */
  | 'm'
  /** It ran, and nothing can be concluded: lengths differ, or a counterpart is missing. */
  | 'i'
  /** The unit ended with an error. */
  | 'e'
  /** The target cannot do it. */
  | 'u'
  /** The unit has no record. */
  | 'n';

/** How far the outputs of a row are equal: of the worst of its requests. */
export type RowResult =
  /** Every bit. */
  | 'b'
  /** Tokens, not bits. */
  | 't'
  /** Tokens; there are no bits to compare. */
  | 'k'
  /** Text; there are neither bits nor tokens. */
  | 'x'
  /** Tokens or text differ. */
  | 'd'
  /** Nothing was compared. */
  | '-';

export interface IndexedLevel {
  readonly axis: string;
  readonly level: string;
  readonly label: string;
  readonly reference: string;
  readonly promise: 'bit-equal' | 'content-independent' | 'drift';
}

/** One try of a whole unit: how long it took, what was waited after it, and the text of its error (index in `reasons`; -1 = none). */
export type AttemptTuple = readonly [durationMs: number, waitMs: number, reason: number];

export interface UnitIndex {
  readonly version: 1;
  readonly perturbations: readonly string[];
  /** Compared levels of a unit, each list once. */
  readonly levelSets: readonly (readonly IndexedLevel[])[];
  readonly caseSets: readonly (readonly string[])[];
  /** What lanes are; '' = in the process of the run. */
  readonly endpoints: readonly string[];
  /** Errors and other reasons. */
  readonly reasons: readonly string[];
  /** Runs that units were taken from. */
  readonly sources: readonly string[];
  /** When the first unit of this run began, ISO 8601; null = no unit did. */
  readonly beganAt: string | null;
  /** One entry per unit, in plan order. */
  readonly units: {
    /** 16 digits each, joined: an id without its `u-`. */
    readonly ids: string;
    readonly perturbation: readonly number[];
    readonly levelSet: readonly number[];
    readonly caseSet: readonly number[];
    /** -1 = no record. */
    readonly lane: readonly number[];
    readonly endpoint: readonly number[];
    readonly attempts: readonly number[];
    /** All attempts together; whole milliseconds. */
    readonly durationMs: readonly number[];
    /** Since `beganAt`; -1 = not measured in this run. */
    readonly startMs: readonly number[];
    /** Index in `reasons`; -1 = none. */
    readonly why: readonly number[];
    /** Number of the chunk that holds the details; -1 = none. */
    readonly chunk: readonly number[];
  };
  /** [unit, its attempts] of units that were tried more than once. */
  readonly retries: readonly (readonly [unit: number, attempts: readonly AttemptTuple[]])[];
  /** [unit, requests that were sent again, answers with status 429] where there were any. */
  readonly requestRetries: readonly (readonly [unit: number, retries: number, throttled: number])[];
  /** [unit, index in `sources`] of units that were not measured in this run. */
  readonly cached: readonly (readonly [unit: number, source: number])[];
  readonly rows: {
    /** A RowStatus per row. */
    readonly status: string;
    /** A RowResult per row. */
    readonly result: string;
    /** [row, first produced token that differs, of the earliest request] where tokens differ. */
    readonly firstTokenDiff: readonly (readonly [row: number, token: number])[];
    /** Rows in which an output holds the canary of another request. */
    readonly foreignCanary: readonly number[];
  };
  /** Chunks 0 to `inside` - 1 are in the page, those up to `all` - 1 beside it. */
  readonly chunks: { readonly inside: number; readonly all: number; readonly unitsInside: number };
  /** The page may have at most this many bytes. */
  readonly bytesMax: number;
}

/** A token that could have come next: its id or text, and its log-probability in nats. */
export interface AlternativeDetail {
  readonly token: string;
  readonly logprob: number | null;
}

export interface RequestDetail {
  readonly requestId: string;
  readonly caseId: string;
  readonly role: 'probe' | 'mate';
  readonly wave: number;
  readonly row: number | null;
  readonly promptTokens: number | null;
  readonly cachedTokens: number | null;
  readonly finishReason: string;
  readonly text: string;
  /** Characters of the text that are left out here; 0 = none. */
  readonly textCut: number;
  /** One per produced token: its text where it is known, else its id; [] = the target gives none. */
  readonly tokens: readonly string[];
  /** Tokens that are left out here; 0 = none. */
  readonly tokensCut: number;
  /** Nats; null = unavailable; [] = the target gives none. */
  readonly logprobs: readonly (number | null)[];
  /** By produced token, most likely first; [] = not recorded. */
  readonly top: readonly (readonly AlternativeDetail[])[];
  readonly server: {
    readonly route: string;
    readonly model: string | null;
    readonly systemFingerprint: string | null;
    readonly startedMs: number;
    readonly finishedMs: number;
    readonly attempts: readonly {
      readonly status: number | null;
      readonly error: string | null;
      readonly waitedMs: number;
      readonly durationMs: number;
    }[];
  } | null;
}

/** A probe at a level and at its reference. */
export interface PairDetail {
  readonly levelId: string;
  readonly requestId: string;
  readonly result: RowResult;
  readonly firstTokenDiff: number | null;
  readonly firstBitDiff: number | null;
  /** What could have come at the first token that differs, made from the recorded logits; null = no logits, or tokens are equal. */
  readonly alternatives: {
    readonly reference: readonly AlternativeDetail[];
    readonly level: readonly AlternativeDetail[];
  } | null;
}

export interface UnitDetail {
  readonly unitId: string;
  readonly why: string | null;
  readonly startedAt: string;
  /** null = not recorded. */
  readonly stoppedAt: string | null;
  readonly endpoint: string | null;
  /** Units in flight beside it, at most; null = not measured. */
  readonly concurrencyMax: number | null;
  readonly cachedFrom: string | null;
  readonly attempts: readonly {
    readonly error: string | null;
    readonly durationMs: number;
    readonly waitMs: number;
  }[];
  readonly levels: readonly {
    readonly levelId: string;
    readonly counters: Readonly<Record<string, number>>;
    readonly requests: readonly RequestDetail[];
  }[];
  readonly pairs: readonly PairDetail[];
}

/** What goes into the page, compressed: gzip, base64. */
export interface PackedUnits {
  readonly index: string;
  /** The chunks inside the page, in order. */
  readonly chunks: readonly string[];
  /** How many more stand beside it. */
  readonly chunksBeside: number;
}
