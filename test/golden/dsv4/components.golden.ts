/**
 * Single kernels against component vectors: Sinkhorn, attention, Hadamard, quantisation, router, RoPE.
 * @module
 */
import { describe, expect, it } from 'vitest';
import { fakeQuantFp4Mx, fakeQuantFp8 } from '../../../engine/formats/index.ts';
import {
  attendToken,
  createKernels,
  hadamard,
  inverseFrequencies,
  RopeTable,
  sinkhornMix,
} from '../../../engine/kernels/index.ts';
import type { YarnOptions } from '../../../engine/kernels/index.ts';
import { route } from '../../../engine/model/index.ts';
import { maxAbsDiff } from '../../support/golden-model.ts';
import { goldenFiles, readSafetensors } from '../../support/golden.ts';

const TOLERANCE = 1e-5;

for (const file of goldenFiles('dsv4', /^components.*\.safetensors$/)) {
  const { tensors } = readSafetensors(file);
  const f32 = (name: string): Float32Array => tensors.get(name)!.f32();
  const matches = (pattern: RegExp): RegExpExecArray[] =>
    [...tensors.keys()].flatMap((name) => {
      const match = pattern.exec(name);
      return match === null ? [] : [match];
    });

  describe('component vectors', () => {
    it.each(matches(/^sinkhorn\.hc(\d+)\.it(\d+)\.comb$/).map((m) => [Number(m[1]), Number(m[2])]))(
      'Sinkhorn with %i streams and %i iterations gives pre, post and comb',
      (n, iterations) => {
        const name = `sinkhorn.hc${n}`;
        const mixes = f32(`${name}.mixes`);
        const width = (2 + n) * n;
        const got = { pre: [] as number[], post: [] as number[], comb: [] as number[] };
        for (let t = 0; t < mixes.length / width; t++) {
          const out = { pre: new Float32Array(n), post: new Float32Array(n), comb: new Float32Array(n * n) };
          const shape = { streams: n, iterations, eps: 1e-6 };
          sinkhornMix(
            mixes.subarray(t * width, (t + 1) * width),
            f32(`${name}.scale`),
            f32(`${name}.base`),
            shape,
            out,
          );
          got.pre.push(...out.pre);
          got.post.push(...out.post);
          got.comb.push(...out.comb);
        }
        for (const key of ['pre', 'post', 'comb'] as const)
          expect(maxAbsDiff(got[key], f32(`${name}.it${iterations}.${key}`)), key).toBeLessThanOrEqual(1e-6);
      },
    );

    it.each([1, 3, 64])('sparse attention over an index list with gaps and duplicates, key block %i', (keyBlock) => {
      const [batch, length, heads, width] = tensors.get('sparse_attn.q')!.shape;
      const [, entries] = tensors.get('sparse_attn.kv')!.shape;
      const [, , slots] = tensors.get('sparse_attn.idx')!.shape;
      const q = f32('sparse_attn.q');
      const idx = tensors.get('sparse_attn.idx')!.i32();
      const out = new Float32Array(q.length);
      const kernels = createKernels('wasm');
      const shape = { heads, width, scale: 0.25, keyBlock, roundWeights: false };
      for (let b = 0; b < batch; b++) {
        const rows = kernels.loadRows(
          [{ kind: 'floats', data: f32('sparse_attn.kv'), from: b * entries, count: entries }],
          width,
        );
        for (let t = 0; t < length; t++) {
          const r = b * length + t;
          const size = heads * width;
          const list = idx.slice(r * slots, (r + 1) * slots).filter((i) => i >= 0);
          attendToken(
            kernels,
            q.slice(r * size, (r + 1) * size),
            rows,
            list,
            list.length,
            f32('sparse_attn.sink'),
            [],
            shape,
            out.subarray(r * size, (r + 1) * size),
          );
        }
      }
      expect(maxAbsDiff(out, f32('sparse_attn.out'))).toBeLessThanOrEqual(TOLERANCE);
    });

    it.each(matches(/^hadamard\.(\d+)\.x$/).map((m) => Number(m[1])))('Hadamard of width %i', (width) => {
      const x = f32(`hadamard.${width}.x`);
      hadamard(x, x.length / width, width);
      expect(maxAbsDiff(x, f32(`hadamard.${width}.y`))).toBeLessThanOrEqual(TOLERANCE);
    });

    it.each(matches(/^act_quant_ue8m0\.n(\d+)b(\d+)\.x$/).map((m) => [Number(m[1]), Number(m[2])]))(
      'FP8 activation quantisation of %i columns in blocks of %i is equal',
      (n, block) => {
        const x = f32(`act_quant_ue8m0.n${n}b${block}.x`);
        fakeQuantFp8(x, 0, x.length, block);
        expect(x).toEqual(f32(`act_quant_ue8m0.n${n}b${block}.dequant`));
      },
    );

    it('FP4 activation quantisation in groups of 32 is equal', () => {
      const x = f32('fp4_act_quant.x');
      fakeQuantFp4Mx(x, 0, x.length, 32);
      expect(x).toEqual(f32('fp4_act_quant.dequant'));
    });

    it.each(
      matches(/^gate\.(sqrtsoftplus|sigmoid|softmax)\.x$/).map((m) => m[1] as 'sqrtsoftplus' | 'sigmoid' | 'softmax'),
    )('the %s router chooses the same experts with the same weights', (scoring) => {
      const [tokens, width] = tensors.get(`gate.${scoring}.x`)!.shape;
      const [experts] = tensors.get(`gate.${scoring}.weight`)!.shape;
      const kernels = createKernels('reference');
      const gate = kernels.packMatrix(f32(`gate.${scoring}.weight`), { out: experts, in: width });
      const logits = new Float32Array(tokens * experts);
      kernels.matmul(f32(`gate.${scoring}.x`), tokens, gate, logits, width);
      const config = { scoring, expertsPerToken: 3, routedScale: 2.5 };
      const routings = Array.from({ length: tokens }, (_, t) =>
        route(logits.subarray(t * experts, (t + 1) * experts), f32(`gate.${scoring}.bias`), null, config),
      );
      expect(routings.flatMap((r) => [...r.experts])).toEqual(tensors.get(`gate.${scoring}.out_ids`)!.numbers());
      expect(
        maxAbsDiff(
          routings.flatMap((r) => [...r.weights]),
          f32(`gate.${scoring}.out_weights`),
        ),
      ).toBeLessThanOrEqual(TOLERANCE);
    });

    const yarn: YarnOptions = { factor: 16, betaFast: 32, betaSlow: 1, originalMaxPositions: 65536 };
    it.each([
      ['v4pro_main', 10000, null],
      ['v4pro_compress', 160000, yarn],
    ] as const)('RoPE table %s', (name, theta, yarnOptions) => {
      const dim = tensors.get(`rope.${name}.cos`)!.shape[1] * 2;
      const table = new RopeTable(inverseFrequencies(theta, dim, yarnOptions));
      const rows = [...tensors.get(`rope.${name}.pos`)!.i32()].map((p) => table.at(p));
      expect(
        maxAbsDiff(
          rows.flatMap((r) => [...r.cos]),
          f32(`rope.${name}.cos`),
        ),
      ).toBeLessThanOrEqual(1e-6);
      expect(
        maxAbsDiff(
          rows.flatMap((r) => [...r.sin]),
          f32(`rope.${name}.sin`),
        ),
      ).toBeLessThanOrEqual(1e-6);
    });
  });
}
