import { describe, expect, it } from 'vitest';
import { specifiedDispatch } from '../../../engine/index.ts';
import { blame, locate, type TracedRequest } from '../../../harness/diagnose/index.ts';
import { changedNorm, tinyCheckpoint, traceRequest } from '../../support/op-trace.ts';

const prompt = Array.from({ length: 40 }, (_, i) => 60 + ((i * 7) % 30));
const layers = tinyCheckpoint().config.layers;

describe('the locator on the engine', () => {
  it('is silent on A against A', () => {
    expect(locate(traceRequest(prompt), traceRequest(prompt))).toMatchObject({ kind: 'none' });
  });

  it('is silent on another chunk size, which changes no bit', () => {
    expect(locate(traceRequest(prompt), traceRequest(prompt, { chunkSize: 7 }))).toMatchObject({ kind: 'none' });
  });

  const places = Array.from({ length: layers }, (_, layer) => [
    { layer, before: 'attn', position: 5 } as const,
    { layer, before: 'ffn', position: 17 } as const,
  ]).flat();
  it.each(places)('finds a change of one ulp exactly there: %o', (place) => {
    const site = locate(traceRequest(prompt), traceRequest(prompt, { parts: changedNorm(place) }));
    expect(site).toMatchObject({ kind: 'op', layer: place.layer, position: place.position });
    const { op } = site as Extract<typeof site, { kind: 'op' }>;
    expect(op.startsWith(`layers.${place.layer}.${place.before}`)).toBe(true);
    expect(op.endsWith('.input')).toBe(false);
  });

  it('finds it in any chunking of either side', () => {
    const place = { layer: 1, before: 'attn', position: 17 } as const;
    const site = locate(
      traceRequest(prompt, { chunkSize: 64 }),
      traceRequest(prompt, { chunkSize: 5, parts: changedNorm(place) }),
    );
    expect(site).toMatchObject({ kind: 'op', layer: 1, position: 17 });
  });

  it('finds weights of the experts that the dispatch part has changed, in the experts', () => {
    let calls = 0;
    const site = locate(
      traceRequest(prompt),
      traceRequest(prompt, {
        parts: {
          expertDispatch: {
            ...specifiedDispatch,
            admit: (routings) => {
              const factor = calls++ % layers === 2 ? 1.001 : 1;
              return routings.map((routing) => ({
                ...routing,
                weights: routing.weights.map((weight) => Math.fround(weight * factor)),
              }));
            },
          },
        },
      }),
    );
    expect(site).toMatchObject({ kind: 'op', op: 'layers.2.ffn', layer: 2, position: 0 });
  });

  it('does not blame an op downstream of the change: its input already differed', () => {
    const a = traceRequest(prompt);
    const b = traceRequest(prompt, { parts: changedNorm({ layer: 1, before: 'attn', position: 5 }) });
    expect(blame({ op: 'layers.3.ffn', position: 5 }, a, b)).toMatchObject({
      kind: 'input-differed',
      op: 'layers.3.ffn',
    });
    expect(blame({ op: 'layers.1.attn.q', position: 5 }, a, b)).toMatchObject({ kind: 'op' });
    expect(blame({ op: 'layers.1.attn.q', position: 4 }, a, b)).toMatchObject({ kind: 'none' });
    expect(() => blame({ op: 'layers.9.attn', position: 4 }, a, b)).toThrow('is in no trace');
  });

  it('says that the prompt differed where it did', () => {
    const other = prompt.with(11, prompt[11] + 1);
    expect(locate(traceRequest(prompt), traceRequest(other))).toMatchObject({
      kind: 'input-differed',
      op: 'embed',
      layer: null,
      position: 11,
      input: 'token 11 of the request',
    });
  });
});

describe('the locator on written traces', () => {
  const side = (results: readonly [op: string, position: number, hash: string][]): TracedRequest => ({
    results: results.map(([op, position, hash]) => ({ op, position, hash })),
    tokenIds: [1, 2],
    logits: new Map([[1, results.at(-1)![2]]]),
  });

  it('does not blame an op that reads positions which one side took from a cache', () => {
    const cold = side([
      ['embed', 0, 'a'],
      ['layers.0.attn.input', 0, 'b'],
      ['embed', 1, 'c'],
      ['layers.0.attn.input', 1, 'd'],
      ['layers.0.attn.context', 1, 'e'],
    ]);
    const warm = side([
      ['embed', 1, 'c'],
      ['layers.0.attn.input', 1, 'd'],
      ['layers.0.attn.context', 1, 'other'],
    ]);
    expect(locate(cold, warm)).toMatchObject({
      kind: 'input-differed',
      op: 'layers.0.attn.context',
      input: 'layers.0.attn.kv at 0, which the level took from a cache',
    });
  });

  it('names the head when only the logits differ', () => {
    const trace = (hash: string): TracedRequest => ({
      ...side([['layers.0', 1, 'a']]),
      logits: new Map([[1, hash]]),
    });
    expect(locate(trace('x'), trace('y'))).toMatchObject({ kind: 'op', op: 'head', layer: null, position: 1 });
  });

  it('counts a position that was computed twice as it was computed last', () => {
    const once = side([['embed', 0, 'a']]);
    const twice = side([
      ['embed', 0, 'rejected draft'],
      ['embed', 0, 'a'],
    ]);
    expect(locate(once, twice)).toMatchObject({ kind: 'none' });
  });
});
