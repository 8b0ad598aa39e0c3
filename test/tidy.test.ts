import { describe, expect, it } from 'vitest';
import { readTree, rulesFor, tidy, type RuleName, type Source } from './support/tidy/index.ts';

/** A fake tree: what the mirrored tests of the controls may mirror. */
const FAKE_PATHS = new Set([
  'engine/cache/tier.ts',
  'suites/drift/index.ts',
  'scripts/build.mjs',
  'harness/plan/index.ts',
  'engine/formats/portable-math/exp-log.ts',
]);
const FAKE_RULES = rulesFor(FAKE_PATHS);

type Control = readonly [path: string, text: string];

const docstring = '/**\n * Tiers of the cache and their moves.\n * @module\n */\n';
const lines = (count: number): string =>
  `${docstring}${'export {};\n'.repeat(count - docstring.split('\n').length + 1)}`;

/** Per rule: small files that break it, and their nearest neighbours that do not. */
const CONTROLS: Readonly<Record<RuleName, { broken: readonly Control[]; clean: readonly Control[] }>> = {
  roomImports: {
    broken: [
      ['engine/cache/tier.ts', "import { createRng } from '../../harness/ports/index.ts';"],
      ['engine/formats/bf16.ts', "import { matmul } from '../kernels/index.ts';"],
      ['engine/kernels/matmul.ts', "import type { Page } from '../cache/index.ts';"],
      ['engine/cache/tier.ts', "export { forward } from '../model/index.ts';"],
      ['engine/model/forward.ts', "export * from '../serving/index.ts';"],
      ['engine/serving/engine.ts', "const server = await import('../server/index.ts');"],
      ['engine/serving/engine.ts', "new Worker(new URL('../server/worker.js', import.meta.url));"],
      ['engine/trace/tap.ts', "type Model = import('../model/index.ts').Model;"],
      ['engine/cache/tier.ts', "import '../index.ts';"],
      ['harness/schema/case.ts', "import { ConfigError } from '../ports/index.ts';"],
      ['harness/statistics/normal.ts', "import type { Estimate } from '../schema/index.ts';"],
      ['harness/ports/rng.ts', "import { mean } from '../statistics/index.ts';"],
      ['harness/plan/expand.ts', "import { loadConfig } from '../config/index.ts';"],
      ['harness/config/load.ts', "import { expand } from '../plan/index.ts';"],
      ['harness/targets/openai.ts', "import { createEngine } from '../../engine/index.ts';"],
      ['harness/store/log.ts', "import { runUnits } from '../run/index.ts';"],
      ['harness/gate/verdict.ts', "import { openRun } from '../store/index.ts';"],
      ['harness/diagnose/shrink.ts', "import { createEngine } from '../../engine/index.ts';"],
      ['harness/run/lane.ts', "import { judge } from '../gate/index.ts';"],
      ['harness/index.ts', "export { createEngine } from '../engine/index.ts';"],
      ['perturbations/seed.ts', "import { expand } from '../harness/plan/index.ts';"],
      ['suites/drift/kl.ts', "import { createEngine } from '../../engine/index.ts';"],
      ['suites/drift/kl.ts', "import { exactMatch } from '../leakage/index.ts';"],
      ['suites/drift/kl.ts', "import { suites } from '../index.ts';"],
      ['reports/html/report.ts', "import { mean } from '../../harness/statistics/index.ts';"],
      ['reports/html/report.ts', "import { render } from '../json/index.ts';"],
      ['harness/cli/run.ts', "import { createFindings } from '../../test/support/findings.ts';"],
      ['engine/cache/tier.ts', "import manifest from '../../package.json' with { type: 'json' };"],
      ['engine/cache/tier.ts', "import { x } from '../../../elsewhere/x.ts';"],
      ['engine/cache/tier.ts', "import x = require('../model/index.ts');"],
    ],
    clean: [
      ['engine/model/forward.ts', "import { page } from '../cache/index.ts'; import { tap } from '../trace/index.ts';"],
      ['engine/index.ts', "export { createEngine } from './serving/index.ts';"],
      ['harness/ports/rng.ts', "import type { Rng } from '../schema/index.ts';"],
      ['harness/targets/reference-engine/target.ts', "import { createEngine } from '../../../engine/index.ts';"],
      ['suites/fault-bench/faults/tie.ts', "import type { EngineParts } from '../../../engine/index.ts';"],
      ['suites/drift/kl.ts', "import { pairsOf } from '../pairing/index.ts';"],
      ['suites/index.ts', "import { driftSuite } from './drift/index.ts';"],
      ['reports/html/report.ts', "import type { View } from '../view-model.ts';"],
      ['harness/cli/run.ts', "import manifest from '../../package.json' with { type: 'json' };"],
      ['harness/cli/run.ts', "import { suites } from '../../suites/index.ts';"],
      ['harness/cli/version.ts', "const folder = new URL('../', new URL('./', import.meta.url));"],
      ['harness/index.ts', "export { defineConfig } from './config/index.ts';"],
      ['test/engine/cache/tier.test.ts', "import { mean } from '../../../harness/statistics/index.ts';"],
      ['engine/cache/tier.ts', "// import '../model/index.ts'\nconst text = \"import '../model/index.ts'\";"],
    ],
  },
  doorImports: {
    broken: [
      ['engine/model/forward.ts', "import { tier } from '../cache/tier.ts';"],
      ['suites/drift/kl.ts', "import { mean } from '../../harness/statistics/mean.ts';"],
      ['suites/fault-bench/faults/tie.ts', "import type { Part } from '../../../engine/serving/index.ts';"],
      ['harness/cli/run.ts', "import { seed } from '../../perturbations/seed.ts';"],
      ['harness/cli/run.ts', "import { verdict } from '../gate/verdict.ts';"],
      ['reports/html/report.ts', "import { reporters } from '../index.ts';"],
    ],
    clean: [
      ['engine/model/forward.ts', "import { tier } from '../cache/index.ts'; import { moe } from './moe.ts';"],
      ['engine/kernels/wasm/kernels.ts', "import type { Kernels } from '../kernels.ts';"],
      ['reports/html/report.ts', "import type { View } from '../view-model.ts';"],
      ['test/engine/cache/tier.test.ts', "import { tier } from '../../../engine/cache/tier.ts';"],
    ],
  },
  knownRoom: {
    broken: [
      ['engine/quantum/qubit.ts', ''],
      ['harness/dashboard/page.ts', ''],
    ],
    clean: [
      ['engine/cache/tier.ts', ''],
      ['suites/profile/suite.ts', ''],
      ['reports/sarif/report.ts', ''],
    ],
  },
  packageImports: {
    broken: [
      ['harness/config/load.ts', "import { Command } from 'commander';"],
      ['engine/serving/sampler.ts', "import seedrandom from 'seedrandom';"],
      ['reports/junit.ts', "import Chart from 'chart.js/auto';"],
      ['harness/gate/verdict.ts', "import type { z } from 'zod';"],
      ['harness/cli/run.ts', "import { createJiti } from 'jiti';"],
      ['harness/cli/run.ts', "import { parse } from 'yaml';"],
      ['harness/cli/run.ts', "import chalk from 'chalk';"],
      ['harness/cli/run.ts', "const page = import.meta.resolve('@scope/page/dist/x.js');"],
    ],
    clean: [
      ['harness/cli/run.ts', "import { Command } from 'commander';"],
      ['harness/ports/rng.ts', "import seedrandom from 'seedrandom';"],
      ['reports/html/page/main.ts', "import { Chart } from 'chart.js';"],
      ['perturbations/seed.ts', "import { z } from 'zod';"],
      ['test/tidy.test.ts', "import ts from 'typescript';"],
    ],
  },
  nodeImports: {
    broken: [
      ['engine/cache/tier.ts', "import { join } from 'node:path';"],
      ['engine/cache/tier.ts', "import { createHash } from 'node:crypto';"],
      ['harness/gate/verdict.ts', "import { readFileSync } from 'node:fs';"],
      ['suites/drift/kl.ts', "import { readFile } from 'node:fs/promises';"],
      ['harness/cli/run.ts', "import { join } from 'path';"],
    ],
    clean: [
      ['engine/checkpoint/load.ts', "import { readFileSync } from 'node:fs';"],
      ['engine/server/http.ts', "import { createServer } from 'node:http';"],
      ['harness/store/log.ts', "import { open } from 'node:fs/promises';"],
      ['reports/attestation.ts', "import { createHash } from 'node:crypto';"],
    ],
  },
  computedImports: {
    broken: [
      ['harness/targets/openai.ts', 'const module = await import(name);'],
      ['harness/targets/openai.ts', 'const module = await import(`./${name}.ts`);'],
      ['harness/targets/openai.ts', 'const module = require(name);'],
    ],
    clean: [
      ['harness/config/load.ts', 'const module = await import(path);'],
      ['harness/targets/reference-engine/parts.ts', 'const module = await import(url);'],
      ['harness/targets/openai.ts', "const module = await import('./dialects.ts');"],
    ],
  },
  noChance: {
    broken: [
      ['engine/serving/sampler.ts', 'const u = Math.random();'],
      ['engine/serving/sampler.ts', "const u = Math['random']();"],
      ['engine/serving/sampler.ts', 'const u = globalThis.Math.random();'],
      ['perturbations/seed.ts', 'const { random } = Math;'],
      ['perturbations/seed.ts', 'const m = Math;'],
      ['suites/drift/kl.ts', 'const id = crypto.randomUUID();'],
      ['suites/drift/kl.ts', 'globalThis.crypto.getRandomValues(bytes);'],
      ['harness/plan/ids.ts', "import { randomBytes } from 'node:crypto';"],
      ['reports/attestation.ts', "import { generateKeyPairSync as pair } from 'node:crypto';"],
    ],
    clean: [
      ['engine/serving/sampler.ts', 'const u = rng.next(); const top = Math.max(1, 2);'],
      ['harness/plan/ids.ts', "import { createHash } from 'node:crypto';"],
      ['harness/cli/run.ts', 'const id = crypto.randomUUID();'],
      ['test/engine/serving/sampler.test.ts', 'const u = Math.random();'],
    ],
  },
  noClock: {
    broken: [
      ['engine/trace/tap.ts', 'const at = Date.now();'],
      ['engine/trace/tap.ts', 'const at = new Date();'],
      ['harness/gate/verdict.ts', 'const at = new Date;'],
      ['harness/gate/verdict.ts', 'const text = Date();'],
      ['suites/drift/kl.ts', 'const at = performance.now();'],
      ['suites/drift/kl.ts', 'const at = globalThis.performance.now();'],
      ['suites/drift/kl.ts', "import { performance } from 'node:perf_hooks';"],
      ['reports/json.ts', 'const { now } = Date;'],
      ['reports/json.ts', 'const at = process.hrtime.bigint();'],
    ],
    clean: [
      ['reports/json.ts', 'const day = new Date(run.startedAt).toISOString(); function at(value: Date) {}'],
      ['suites/drift/kl.ts', 'const row = { performance: clock.now() };'],
      ['harness/cli/run.ts', 'const at = Date.now();'],
    ],
  },
  noLocale: {
    broken: [
      ['reports/markdown.ts', 'names.sort((a, b) => a.localeCompare(b));'],
      ['reports/markdown.ts', "new Intl.NumberFormat('en').format(3);"],
      ['reports/markdown.ts', 'const text = (3.5).toLocaleString();'],
      ['reports/markdown.ts', 'const hour = new Date(text).getHours();'],
      ['reports/markdown.ts', 'const day = new Date(2026, 1, 1);'],
      ['engine/tokenizer/lower.ts', 'text.toLocaleLowerCase();'],
    ],
    clean: [
      ['reports/markdown.ts', 'names.sort((a, b) => (a < b ? -1 : 1)); new Date(text).getUTCHours();'],
      ['harness/cli/run.ts', "new Intl.NumberFormat('en').format(3);"],
    ],
  },
  noPlatformMath: {
    broken: [
      ...['exp', 'log', 'log2', 'log10', 'pow', 'sin', 'cos', 'tan', 'tanh'].map(mathControl),
      ...['sinh', 'cosh', 'expm1', 'log1p', 'hypot', 'cbrt', 'atan2'].map(mathControl),
      ['engine/kernels/softmax.ts', "const y = Math['exp'](x);"],
      ['engine/kernels/softmax.ts', 'const y = Math[name](x);'],
      ['engine/kernels/rope.ts', 'const y = theta ** (-i / d);'],
      ['engine/kernels/rope.ts', 'const y = x ** 0.5;'],
      ['engine/kernels/rope.ts', 'x **= k;'],
    ],
    clean: [
      ['engine/kernels/softmax.ts', 'const y = Math.fround(Math.sqrt(x)) + exp(x) + 2 ** -7 + x ** 2 + Math.LN2;'],
      ['harness/statistics/normal.ts', 'const y = Math.exp(x) ** 0.5;'],
    ],
  },
  noAmbient: {
    broken: [
      ['engine/kernels/matmul.ts', "const threads = process.env['THREADS'];"],
      ['suites/drift/kl.ts', "await fetch('http://localhost');"],
      ['engine/kernels/matmul.ts', 'const cores = globalThis.navigator.hardwareConcurrency;'],
      ['reports/json.ts', "import process from 'node:process';"],
    ],
    clean: [
      ['engine/server/http.ts', "process.on('SIGTERM', close);"],
      ['harness/targets/openai.ts', 'await fetch(url);'],
      ['suites/drift/kl.ts', 'function load(fetch: Fetch) { return fetch(url); }'],
    ],
  },
  seededRandom: {
    broken: [
      ['harness/ports/rng.ts', 'const draw = seedrandom();'],
      ['harness/ports/rng.ts', 'const draw = new seedrandom.alea();'],
      ['harness/ports/rng.ts', 'const draw = seedrandom(undefined);'],
      ['harness/ports/rng.ts', "seedrandom('a', { global: true });"],
      ['harness/ports/rng.ts', "seedrandom('a', { entropy: true });"],
      ['harness/ports/rng.ts', "seedrandom('a', options);"],
      ['harness/ports/rng.ts', "Math.seedrandom('a');"],
    ],
    clean: [['harness/ports/rng.ts', "const draw = seedrandom('a'); const next = seedrandom(seed, { state: true });"]],
  },
  noOutput: {
    broken: [
      ['harness/run/lane.ts', "console.warn('slow');"],
      ['harness/run/lane.ts', 'process.exit(1);'],
      ['harness/run/lane.ts', 'process.exitCode = 1;'],
      ['harness/run/lane.ts', "process.stdout.write('x');"],
      ['harness/run/lane.ts', "process['stderr'].write('x');"],
      ['harness/run/lane.ts', "globalThis.console.log('x');"],
      ['engine/server/http.ts', "import { stdout } from 'node:process';"],
    ],
    clean: [
      ['harness/cli/run.ts', "process.stdout.write('x'); console.error('x'); process.exitCode = 1;"],
      ['harness/run/lane.ts', "const name = { console: 1 }; process.on('SIGINT', stop);"],
    ],
  },
  meaningfulName: {
    broken: [
      ['engine/cache/utils.ts', docstring],
      ['harness/helpers/text.ts', docstring],
      ['suites/drift/common.ts', docstring],
      ['engine/misc/x.ts', docstring],
      ['reports/html/page/dom-utils.ts', docstring],
      ['test/support/test-helpers.ts', docstring],
    ],
    clean: [['engine/cache/common-prefix.ts', docstring]],
  },
  kebabCase: {
    broken: [
      ['engine/cache/tierPolicy.ts', docstring],
      ['engine/cache/Tier.ts', docstring],
      ['engine/hot_tier/tier.ts', docstring],
      ['reports/html/page/mainPage.css', ''],
      ['test/engine/cache/tier.spec.ts', ''],
    ],
    clean: [
      ['engine/cache/tier-policy.ts', docstring],
      ['engine/kernels/wasm/kernels.generated.ts', ''],
      ['test/engine/cache/tier.property.ts', ''],
    ],
  },
  moduleDocstring: {
    broken: [
      ['engine/cache/tier.ts', 'export const tier = 1;\n'],
      ['engine/cache/tier.ts', '/** Tiers of the cache. */\nexport const tier = 1;\n'],
      ['engine/cache/tier.ts', `import './page.ts';\n${docstring}`],
      ['engine/cache/tier.ts', '// Tiers of the cache. @module\n'],
      ['engine/cache/tier.ts', '/** @module */\nexport const tier = 1;\n'],
      ['scripts/build.mjs', 'console.log(1);\n'],
      ['test/support/findings.ts', 'export const x = 1;\n'],
      ['engine/kernels/wasm/kernels.generated.ts', 'export const x = 1;\n'],
    ],
    clean: [
      ['engine/cache/tier.ts', `${docstring}import './page.ts';\n`],
      ['harness/cli/main.ts', `#!/usr/bin/env node\n${docstring}import './page.ts';\n`],
      ['engine/cache/index.ts', '/** Cache: state and its pool. @module */\n'],
      ['engine/kernels/wasm/kernels.generated.ts', '/** Generated by scripts/build.mjs. */\n'],
      ['test/engine/cache/tier.test.ts', "import { it } from 'vitest';\n"],
    ],
  },
  fileLength: {
    broken: [['engine/cache/tier.ts', lines(501)]],
    clean: [
      ['engine/cache/tier.ts', lines(500)],
      ['engine/kernels/wasm/kernels.generated.ts', lines(900)],
    ],
  },
  testMirrors: {
    broken: [
      ['test/engine/cache/gone.test.ts', ''],
      ['test/engine/cache/gone.property.ts', ''],
      ['test/engine/tier.test.ts', ''],
      ['test/engine/cache/fixtures.ts', ''],
      ['test/engine/cache/contract.test.ts', ''],
      ['test/somewhere.test.ts', ''],
    ],
    clean: [
      ['test/engine/cache/tier.test.ts', ''],
      ['test/engine/cache/tier.property.ts', ''],
      ['test/suites/drift/drift.test.ts', ''],
      ['test/harness/plan/index.test.ts', ''],
      ['test/suites/drift/contract.property.ts', ''],
      ['test/scripts/build.test.ts', ''],
      ['test/engine/formats/portable-math.test.ts', ''],
      ['test/golden/codecs/e4m3.golden.ts', ''],
      ['test/support/findings.ts', ''],
      ['test/tidy.test.ts', ''],
    ],
  },
};

function mathControl(name: string): Control {
  return ['engine/kernels/softmax.ts', `const y = Math.${name}(x);`];
}

const asSource = ([path, text]: Control): Source => ({ path, text });
const shown = ([path, text]: Control): string => {
  const line = text.trim().replace(/\s+/g, ' ');
  return line === '' || line.length > 120 ? path : `${path}: ${line}`;
};
const ruleNames = Object.keys(CONTROLS) as RuleName[];

describe('the tidy rules', () => {
  it('each have a positive and a negative control', () => {
    expect(ruleNames.sort()).toEqual(Object.keys(FAKE_RULES).sort());
    for (const name of ruleNames) {
      expect(CONTROLS[name].broken.length, `${name} has a positive control`).toBeGreaterThan(0);
      expect(CONTROLS[name].clean.length, `${name} has a negative control`).toBeGreaterThan(0);
    }
  });

  describe.each(ruleNames)('%s', (name) => {
    it.each(CONTROLS[name].broken.map((control) => [shown(control), control] as const))('reports %s', (_, control) => {
      const found = FAKE_RULES[name](asSource(control));
      expect(found).not.toEqual([]);
      for (const violation of found) {
        expect(violation.path).toBe(control[0]);
        expect(violation.line).toBeGreaterThan(0);
        expect(violation.detail).not.toBe('');
      }
    });

    it.each(CONTROLS[name].clean.map((control) => [shown(control), control] as const))('accepts %s', (_, control) => {
      expect(FAKE_RULES[name](asSource(control))).toEqual([]);
    });
  });

  it('name the line of what they report', () => {
    const text = `${docstring}const a = 1;\nconst u = Math.random();\n`;
    expect(FAKE_RULES.noChance({ path: 'engine/cache/tier.ts', text })).toEqual([
      { rule: 'no-chance', path: 'engine/cache/tier.ts', line: 6, detail: 'Math.random: take an Rng' },
    ]);
  });
});

describe('this repository', () => {
  const tree = readTree(new URL('..', import.meta.url).pathname);

  it('is read whole, so that a clean result means something', () => {
    const paths = tree.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['engine/index.ts', 'harness/schema/index.ts', 'scripts/build.mjs', 'test/tidy.test.ts']),
    );
    expect(paths.filter((path) => path.includes('node_modules') || path.startsWith('dist/'))).toEqual([]);
  });

  it('breaks no rule', () => {
    expect(tidy(tree).map(({ path, line, rule, detail }) => `${path}:${line} [${rule}] ${detail}`)).toEqual([]);
  });
});
