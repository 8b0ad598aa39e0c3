/**
 * Where two traces of one request part: the first op, by position and then in the order of computation, whose result differs.
 *
 * Position first: an op reads its own position and earlier ones alone, so that in this order nothing comes before what it is computed
 * from, however the prompt was cut into chunks. Blame is checked, not assumed: an op is named only when every traced input is there at
 * both sides and equal; else the answer is that its input differed already.
 * @module
 */
import type { DivergenceSite } from '../schema/index.ts';
import { inputsOf, layerOf, LOGITS } from './op-inputs.ts';

/** One op's result at one position, as a hash over its bytes. */
export interface TracedResult {
  readonly op: string;
  readonly position: number;
  readonly hash: string;
}

/** One side's view of one request. */
export interface TracedRequest {
  /** In the order of computation. */
  readonly results: readonly TracedResult[];
  /** Prompt, and every output token that was fed back. */
  readonly tokenIds: readonly number[];
  /** Hashes of the logits, by the position that they were produced from. */
  readonly logits: ReadonlyMap<number, string>;
}

type ByPosition = ReadonlyMap<number, ReadonlyMap<string, string>>;

interface Traces {
  readonly reference: ByPosition;
  readonly level: ByPosition;
  readonly tokens: readonly [readonly number[], readonly number[]];
  readonly layers: number;
}

/** The first op whose result differs, or why it is not to blame. */
export function locate(reference: TracedRequest, level: TracedRequest): DivergenceSite {
  const traces = tracesOf(reference, level);
  const positions = [...new Set([...traces.reference.keys(), ...traces.level.keys()])].sort((a, b) => a - b);
  for (const position of positions) {
    const [a, b] = [traces.reference.get(position), traces.level.get(position)];
    // one side took the position from a cache: what it holds shows in the positions that read it
    if (a === undefined || b === undefined) continue;
    const op = [...a.keys(), ...b.keys()].find((name) => a.get(name) !== b.get(name));
    if (op !== undefined) return judge(op, position, traces);
  }
  return { kind: 'none', why: 'Both sides are equal in every op that is traced.' };
}

/** Is this op to blame? For an op that somebody suspects. @throws RangeError when no side has traced it */
export function blame(
  suspect: { readonly op: string; readonly position: number },
  reference: TracedRequest,
  level: TracedRequest,
): DivergenceSite {
  const traces = tracesOf(reference, level);
  const { op, position } = suspect;
  const [a, b] = [traces.reference, traces.level].map((side) => side.get(position)?.get(op));
  if (a === undefined && b === undefined) throw new RangeError(`blame: ${op} at ${position} is in no trace`);
  if (a === b) return { kind: 'none', why: `${op} is equal at position ${position}.` };
  return judge(op, position, traces);
}

function judge(op: string, position: number, traces: Traces): DivergenceSite {
  const where = { op, layer: layerOf(op), position };
  const token = traces.tokens[0].findIndex((id, at) => at <= position && id !== traces.tokens[1][at]);
  if (token >= 0) return { kind: 'input-differed', ...where, input: `token ${token} of the request` };
  const inputs: string[] = [];
  for (const input of inputsOf(op, traces.layers)) {
    const differing = firstDifferingInput(input.op, input.reach === 'same' ? position : 0, position, traces);
    if (differing !== null) return { kind: 'input-differed', ...where, input: differing };
    if (!isTraced(input.op, traces)) continue;
    inputs.push(input.reach === 'same' ? `${input.op} at ${position}` : `${input.op} at 0..${position}`);
  }
  return { kind: 'op', ...where, inputs };
}

function firstDifferingInput(op: string, from: number, to: number, traces: Traces): string | null {
  for (let position = from; position <= to; position++) {
    const [a, b] = [traces.reference.get(position), traces.level.get(position)];
    if (a === undefined || b === undefined) {
      if (a === b) continue;
      return `${op} at ${position}, which ${a === undefined ? 'the reference' : 'the level'} took from a cache`;
    }
    if (a.get(op) !== b.get(op)) return `${op} at ${position}`;
  }
  return null;
}

/** A layer without an indexer, a compressor or a memory has no results of one. */
function isTraced(op: string, { reference }: Traces): boolean {
  for (const ops of reference.values()) if (ops.has(op)) return true;
  return false;
}

function tracesOf(reference: TracedRequest, level: TracedRequest): Traces {
  const layers = [...reference.results, ...level.results].reduce(
    (most, { op }) => Math.max(most, (layerOf(op) ?? -1) + 1),
    0,
  );
  return {
    reference: byPosition(reference),
    level: byPosition(level),
    tokens: [reference.tokenIds, level.tokenIds],
    layers,
  };
}

/** A position that is computed again counts as it was computed last: a rejected draft is computed again with the right token. */
function byPosition({ results, logits }: TracedRequest): ByPosition {
  const positions = new Map<number, Map<string, string>>();
  const put = (position: number, op: string, hash: string): void => {
    const ops = positions.get(position) ?? new Map<string, string>();
    positions.set(position, ops);
    ops.set(op, hash);
  };
  for (const { op, position, hash } of results) put(position, op, hash);
  // after the ops of their position, as they are computed
  for (const [position, hash] of logits) if (positions.has(position)) put(position, LOGITS, hash);
  return positions;
}
