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

  it.each(['suites', 'perturbations', 'targets', 'faults', 'runs'])('lists %s', async (what) => {
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
