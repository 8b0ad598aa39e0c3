import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { spawnCli } from '../support/built-cli.ts';
import { projectFolder } from '../support/command-line.ts';

const readme = readFileSync('README.md', 'utf8');
const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;

describe('the README', () => {
  const verbs = [...readme.matchAll(/^npx evenkeel (\w+)(?: (\w+))?/gm)].map(([, verb, word]) => [verb, word ?? '']);

  it('shows both commands that a newcomer needs, and they exist', () => {
    expect(readme.indexOf('npm start')).toBeLessThan(2000);
    expect(readme.indexOf('npm cit')).toBeLessThan(2000);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['start', 'test', 'test:ui', 'check']));
  });

  it('shows verbs', () => expect(verbs.length).toBeGreaterThan(5));

  it.each(verbs)('names a verb that the program has: %s %s', async (verb) => {
    const { code, out } = await spawnCli([verb, '--help'], { cwd: projectFolder() });
    expect(code).toBe(0);
    expect(out).toContain(`evenkeel ${verb}`);
  });

  it.each(['suites', 'perturbations', 'targets', 'faults', 'runs', 'units'])('lists %s', async (what) => {
    const { code, out } = await spawnCli(['list', what, '--json'], { cwd: projectFolder() });
    expect(code).toBe(0);
    expect(Array.isArray(JSON.parse(out))).toBe(true);
  });

  it('has an engine example that runs as it stands', async () => {
    const example = /```ts\n(import [\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const code = example
      .replaceAll("'evenkeel/engine'", `'${new URL('../../dist/engine/index.js', import.meta.url).href}'`)
      .replace(/^engine\.score\(tokenIds\)\.logits;.*$/m, 'export const logits = engine.score(tokenIds).logits;')
      .replace(/^engine\.generate(.*?);$/m, 'export const generated = engine.generate$1;');
    const module = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as {
      logits: Float32Array;
      generated: number[];
    };
    expect(module.logits).toHaveLength(10 * 320);
    expect(module.generated).toHaveLength(8);
  });
});

describe('docs/performance.md', () => {
  it('has the tables and the figure of the recorded benchmarks, and names scripts that there are', () => {
    const files = ['docs/performance.md', 'docs/benchmarks/context-length.svg'];
    const before = files.map((file) => readFileSync(file, 'utf8'));
    for (const [, script] of before[0].matchAll(/`npm run ([\w:]+)`/g)) expect(scripts).toHaveProperty([script]);
    const { status, stderr } = spawnSync(process.execPath, ['scripts/performance-page.mjs'], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(before);
    expect(before[0]).not.toMatch(/-->\s*<!-- end/);
  });
});

describe('docs/fault-bench.md', () => {
  it('has the tables of the recorded bench, and none of its own', () => {
    const before = readFileSync('docs/fault-bench.md', 'utf8');
    const { status, stderr } = spawnSync(process.execPath, ['scripts/fault-bench-page.mjs'], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    expect(readFileSync('docs/fault-bench.md', 'utf8')).toBe(before);
    expect(before).not.toMatch(/-->\s*<!-- end/);
  });
});

describe('docs/engine.md', () => {
  const engineDoc = readFileSync('docs/engine.md', 'utf8');

  it('has an example that runs as it stands and finds its prefix', async () => {
    const example = /```ts\n(import [\s\S]*?)```/.exec(engineDoc)?.[1] ?? '';
    const code = example
      .replaceAll("'evenkeel/engine'", `'${new URL('../../dist/engine/index.js', import.meta.url).href}'`)
      .replace(/^console\.log\((.*)\);$/m, 'export const shown = [$1];');
    const { shown } = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as {
      shown: [number, number, string];
    };
    expect(shown[0]).toBeGreaterThan(0);
    expect(shown[1]).toBeGreaterThan(0);
    expect(shown[2].length).toBeGreaterThan(0);
  });

  it('names scripts and every part that there are', () => {
    for (const [, script] of engineDoc.matchAll(/`npm run (\w+)`/g)) expect(scripts).toHaveProperty(script);
    const parts = readFileSync('engine/serving/parts.ts', 'utf8');
    const model = readFileSync('engine/model/step.ts', 'utf8');
    const body = (source: string, name: string): string =>
      source.slice(source.indexOf(`interface ${name}`)).split('\n}')[0];
    const names = [
      ...`${body(parts, 'EngineParts')}${body(model, 'ModelParts')}`.matchAll(/^ {2}readonly (\w+):/gm),
    ].map(([, n]) => n);
    expect(names.length).toBeGreaterThan(25);
    for (const name of names) expect(engineDoc).toContain(`\`${name}\``);
  });
});
