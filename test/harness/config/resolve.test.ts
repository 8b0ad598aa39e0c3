import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineConfig, resolveConfig, type ConfigOverrides } from '../../../harness/config/index.ts';
import { ConfigError } from '../../../harness/ports/index.ts';
import { perturbationOptions as realOptions } from '../../../perturbations/index.ts';

const perturbationOptions = {
  'batch-size': z.strictObject({
    sizes: z.array(z.int().min(1).max(64)).default([1, 4]),
    share: z.number().gt(0).lt(1).default(0.5),
  }),
  repeat: z.strictObject({ times: z.int().min(2).max(64).default(2) }),
};
const minimal = { target: { kind: 'reference-engine' }, cases: 'cases.yaml', perturbations: { repeat: {} } };

function resolve(raw: unknown, overrides: ConfigOverrides = {}) {
  return resolveConfig(raw, { perturbationOptions, overrides });
}

function problemLines(raw: unknown, overrides: ConfigOverrides = {}): string[] {
  try {
    resolve(raw, overrides);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  throw new Error('expected a ConfigError, got a configuration');
}

describe('resolveConfig', () => {
  it('sets every value that the file leaves out', () => {
    expect(resolve(minimal)).toEqual({
      target: {
        kind: 'reference-engine',
        id: 'reference-engine',
        checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'evenkeel' },
        precision: 'f32',
        lanes: 2,
        maxBatch: 16,
        chunkSize: 64,
        keyBlock: 64,
        splitPolicy: { kind: 'none' },
        mhcSplitK: { kind: 'none' },
        fault: null,
      },
      cases: ['cases.yaml'],
      caseLimit: null,
      generation: { maxTokens: 16, temperature: 0, seed: 0, scoreLastPositions: 32 },
      perturbations: { repeat: { times: 2 } },
      policy: {
        name: 'default',
        posture: 'strict',
        require: 'bits',
        maxFailureRate: 0.2,
        maxCanaryRate: 0.01,
        minCases: 2,
        noiseMargin: 0.05,
        nearTies: 'excused',
        determinism: {},
        drift: {},
        leakage: {},
        cacheTiming: { alpha: 1e-4, equivalenceAlpha: 0.05, marginMax: 0.1 },
        card: {},
        baseline: {
          allowPartial: false,
          outputs: 'bits',
          margin: { failureRate: 0.2, klNatsMean: 0.004726, sameTopShare: 0.0345 },
          noise: { failureRate: 0.01, klNatsMean: 0.000238, sameTopShare: 0.0078 },
        },
        families: {
          determinism: { method: 'benjamini-hochberg', alpha: 0.05 },
          drift: { method: 'benjamini-hochberg', alpha: 0.05 },
          leakage: { method: 'holm', alpha: 0.01 },
        },
        waivers: [],
        failOnInconclusive: false,
      },
      seed: 'evenkeel',
      runsDirectory: '.evenkeel/runs',
      cache: { use: false, directory: '.evenkeel/cache', maxAgeDays: 7 },
      profile: null,
      cacheTiming: null,
      reporters: ['html', 'json'],
      reportMaxBytes: 10_000_000,
    });
  });

  it('resolves what it resolved to itself', () => {
    const once = resolve(minimal);
    expect(resolve(once)).toEqual(once);
  });

  it('fills the options of a chosen kind', () => {
    const config = resolve({
      ...minimal,
      target: {
        kind: 'reference-engine',
        splitPolicy: { kind: 'flashmla' },
        mhcSplitK: { kind: 'by-token-count', tokenBlock: 32 },
      },
    });
    expect(config.target).toHaveProperty('splitPolicy', { kind: 'flashmla', multiprocessors: 132, overhead: 5 });
    expect(config.target).toHaveProperty('mhcSplitK', {
      kind: 'by-token-count',
      multiprocessors: 132,
      tokenBlock: 32,
    });
  });

  it('keeps perturbations in registry order, whatever the order in the file', () => {
    const config = resolve({ ...minimal, perturbations: { repeat: {}, 'batch-size': {} } });
    expect(Object.keys(config.perturbations)).toEqual(['batch-size', 'repeat']);
  });

  it('reads a perturbation with nothing behind it as its defaults', () => {
    expect(resolve({ ...minimal, perturbations: { repeat: null } }).perturbations).toEqual({ repeat: { times: 2 } });
  });

  it('tells every problem of a file at once, each with its path', () => {
    const lines = problemLines({
      target: { kind: 'reference-engine', lanes: 65, lane: 2, splitPolicy: { kind: 'fixed' }, precision: 'fp8' },
      caseLimit: 0,
      generation: { maxTokens: '16', temperature: 9 },
      perturbations: { 'batch-sise': {}, repeat: { times: 1 } },
      policy: { maxFailureRate: 2, drift: { precision: { klNatsMeanMax: -1 } } },
      reporters: ['htm'],
      sede: 'x',
    });
    expect(lines.toSorted()).toEqual(
      [
        'target.lanes: expected integer 1..64, got 65.',
        'target.lane: expected a known key, got the unknown key "lane". Did you mean "lanes"?',
        'target.splitPolicy.splits: expected integer 1..64, got nothing.',
        'target.precision: expected one of "f32", "f32-kvq", "w8a8", "bf16", got "fp8".',
        'cases: expected text that is not empty or list of text that is not empty, at least 1, got nothing.',
        'caseLimit: expected integer >= 1 or null, got 0.',
        'generation.maxTokens: expected integer 1..4096, got "16". Write the number without quotes.',
        'generation.temperature: expected number 0..5, got 9.',
        'perturbations.batch-sise: expected a known key, got the unknown key "batch-sise". Did you mean "batch-size"?',
        'perturbations.repeat.times: expected integer 2..64, got 1.',
        'policy.maxFailureRate: expected number 0..1, got 2.',
        'policy.drift.precision.klNatsMeanMax: expected number > 0, got -1.',
        'reporters[0]: expected one of "html", "json", "junit", "markdown", "sarif", "gitlab", "github", "cyclonedx", "model-card", "model-index", got "htm". Did you mean "html"?',
        'sede: expected a known key, got the unknown key "sede". Did you mean "seed"?',
      ].toSorted(),
    );
  });

  it.each([
    ['an unknown kind', { target: { kind: 'openai' } }, 'target.kind: expected one of "reference-engine", "openai-completions", "openai-chat", "null", "module", "gguf", "replay", got "openai".'],
    ['a missing kind', { target: {} }, 'target.kind: expected one of "reference-engine", "openai-completions", "openai-chat", "null", "module", "gguf", "replay", got nothing.'],
    ['a target that is text', { target: 'x' }, 'target: expected a mapping with kind, got "x".'],
    ['an unknown split policy', { target: { kind: 'reference-engine', splitPolicy: { kind: 'flash' } } }, 'target.splitPolicy.kind: expected one of "none", "fixed", "flashmla", got "flash".'],
    ['no perturbation', { perturbations: {} }, 'perturbations: expected at least one perturbation, got {}. Known: batch-size, repeat.'],
    ['missing perturbations', { perturbations: undefined }, 'perturbations: expected a mapping, got nothing.'],
    ['a key far from all known ones', { perturbations: { repeat: {}, weather: {} } }, 'perturbations.weather: expected one of batch-size, repeat, got the unknown key "weather". Remove it.'],
    ['a share outside its open range', { perturbations: { 'batch-size': { share: 1 } } }, 'perturbations.batch-size.share: expected number > 0 and < 1, got 1.'],
    ['a wrong element', { perturbations: { 'batch-size': { sizes: [1, 'two'] } } }, 'perturbations.batch-size.sizes[1]: expected integer 1..64, got "two".'],
    ['a half integer', { generation: { seed: 0.5 } }, 'generation.seed: expected integer, got 0.5.'],
    ['an empty list of cases', { cases: [] }, 'cases: expected text that is not empty or list of text that is not empty, at least 1, got an empty list.'],
    ['an id with a capital', { target: { kind: 'reference-engine', id: 'Mine' } }, 'target.id: expected an id of at most 80 characters: a-z, 0-9, ".", "_", "-", starting with a-z or 0-9, got "Mine".'],
    ['a key with a dot', { policy: { drift: { 'a.b': { top: 1 } } } }, 'policy.drift["a.b"].top: expected one of klNatsMeanMax, sameTopShareMin, rmsLogprobDiffMax, perplexityRatioMax, klNatsMaxMax, maxAbsLogprobDiffMax, retrievalMin, answerLossMax, got the unknown key "top". Remove it.'],
  ])('tells %s in words', (_name, change, line) => {
    expect(problemLines({ ...minimal, ...change })).toEqual([line]);
  }); // prettier-ignore

  it.each([null, [], 'text', 3, undefined])('refuses %j as a whole', (raw) => {
    expect(problemLines(raw)[0]).toMatch(/^config: expected a mapping, got /);
  });

  it('names the file in the first line when it is told', () => {
    expect(() => resolveConfig({}, { perturbationOptions, subject: 'a.yaml' })).toThrow(/^a\.yaml: 3 problems\n/);
  });

  it('lays overrides over the file and leaves what is undefined', () => {
    const config = resolve(
      { ...minimal, generation: { maxTokens: 8, seed: 3 } },
      { generation: { maxTokens: 4, seed: undefined }, cases: ['other.yaml'], seed: undefined },
    );
    expect(config.generation).toMatchObject({ maxTokens: 4, seed: 3 });
    expect(config.cases).toEqual(['other.yaml']);
    expect(config.seed).toBe('evenkeel');
  });

  it('replaces a mapping when an override has another kind', () => {
    const raw = { ...minimal, target: { kind: 'reference-engine', splitPolicy: { kind: 'flashmla', overhead: 3 } } };
    const config = resolve(raw, { target: { splitPolicy: { kind: 'fixed', splits: 2 } } });
    expect(config.target).toHaveProperty('splitPolicy', { kind: 'fixed', splits: 2 });
  });

  it('tells a problem that came from an override like any other', () => {
    expect(problemLines(minimal, { caseLimit: 0 })).toEqual(['caseLimit: expected integer >= 1 or null, got 0.']);
  });

  it('does not change its arguments', () => {
    const raw = Object.freeze({ ...minimal, generation: Object.freeze({ maxTokens: 8 }) });
    resolve(raw, Object.freeze({ generation: Object.freeze({ maxTokens: 4 }) }));
    expect(raw.generation).toEqual({ maxTokens: 8 });
  });

  it('takes the options of the real perturbations', () => {
    const everything = Object.fromEntries(Object.keys(realOptions).map((id) => [id, {}]));
    const config = resolveConfig({ ...minimal, perturbations: everything }, { perturbationOptions: realOptions });
    expect(Object.keys(config.perturbations)).toEqual(Object.keys(realOptions));
    expect(config.perturbations['batch-size']).toEqual({
      sizes: [1, 2, 4, 8, 16],
      lengths: ['ragged', 'equal'],
      rowPositions: true,
    });
  });

  it("tells the hint of a perturbation's own rule", () => {
    const raw = { ...minimal, perturbations: { 'batch-size': { sizes: [2, 4] } } };
    expect(() => resolveConfig(raw, { perturbationOptions: realOptions })).toThrow(
      'perturbations.batch-size.sizes: expected sizes that are all different and include 1, got [2,4]. Size 1 is the control that the others are compared with.',
    );
  });
});

describe('defineConfig', () => {
  it('gives back what it is given', () => {
    const config = defineConfig({
      target: { kind: 'reference-engine' },
      cases: 'a.yaml',
      perturbations: { repeat: { times: 3 }, precision: null },
    });
    expect(config.perturbations['repeat']).toEqual({ times: 3 });
  });
});
