/**
 * The trace tap: the model names every op and shows the tap its result; nobody listening costs one comparison per op.
 *
 * Names are paths: `embed`, `layers.3.attn.indexer.topk`, `layers.3.ffn.experts`, `layers.3`, `head`.
 * @module
 */

export interface TraceEvent {
  /** For example `layers.3.attn.indexer.topk`. */
  readonly op: string;
  /** Request and position of each row of `values`. */
  readonly rows: readonly { readonly request: string; readonly position: number }[];
  /** Row-major; width = values.length / rows.length. Borrowed: copy to keep. */
  readonly values: Float32Array | Int32Array;
}

export type TraceTap = (event: TraceEvent) => void;
