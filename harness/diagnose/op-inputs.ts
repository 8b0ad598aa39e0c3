/**
 * Which traced results each op of the engine is computed from, by the names of the trace.
 *
 * `same`: at the op's own position. `past`: at its own position and all before it (attention and compressors read what earlier
 * positions left). What no trace shows (weights, norms inside an op, window records) belongs to the op that reads it.
 * @module
 */

export interface OpInput {
  readonly op: string;
  readonly reach: 'same' | 'past';
}

/** `layers.3.attn.indexer.topk` -> 3; null for what is outside the layers. */
export function layerOf(op: string): number | null {
  const found = /^layers\.(\d+)(\.|$)/.exec(op);
  return found === null ? null : Number(found[1]);
}

/** The logits are no op of the trace; they come from the last layer. */
export const LOGITS = 'head';

/** @param layers - how many layers the trace has */
export function inputsOf(op: string, layers: number): readonly OpInput[] {
  const same = (name: string): OpInput => ({ op: name, reach: 'same' });
  const past = (name: string): OpInput => ({ op: name, reach: 'past' });
  const outOf = (before: number): OpInput => same(before === 0 ? 'embed' : `layers.${before - 1}`);
  const layer = layerOf(op);
  if (layer === null) return op === LOGITS ? [outOf(layers)] : [];
  const at = `layers.${layer}`;
  // a memory layer adds to the streams before anything else reads them; elsewhere both sides lack it
  const streams = [outOf(layer), same(`${at}.engram`)];
  switch (op.slice(at.length)) {
    // which rows depends on tokens alone
    case '.engram.rows':
      return [same('embed')];
    case '.engram.values':
      return [same(`${at}.engram.rows`)];
    case '.engram':
      return [outOf(layer), past(`${at}.engram.values`)];
    case '.attn.input':
      return streams;
    case '.attn.q':
    case '.attn.kv':
    case '.attn.indexer.q':
      return [same(`${at}.attn.input`)];
    case '.attn.compressor.entry':
    case '.attn.indexer.compressor.entry':
      return [past(`${at}.attn.input`)];
    case '.attn.indexer.scores':
      return [same(`${at}.attn.input`), same(`${at}.attn.indexer.q`), past(`${at}.attn.indexer.compressor.entry`)];
    case '.attn.indexer.topk':
      return [same(`${at}.attn.indexer.scores`), past(`${at}.attn.indexer.compressor.entry`)];
    case '.attn.context':
      return [
        same(`${at}.attn.q`),
        past(`${at}.attn.kv`),
        past(`${at}.attn.compressor.entry`),
        same(`${at}.attn.indexer.topk`),
      ];
    case '.attn':
      return [same(`${at}.attn.context`)];
    case '.ffn.input':
      return [...streams, same(`${at}.attn`)];
    case '.ffn.experts':
      return [same(`${at}.ffn.input`)];
    case '.ffn':
      return [same(`${at}.ffn.input`), same(`${at}.ffn.experts`)];
    case '':
      return [...streams, same(`${at}.attn`), same(`${at}.ffn`)];
    default:
      return [];
  }
}
