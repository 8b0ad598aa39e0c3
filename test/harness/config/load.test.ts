import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIG_EXTENSIONS, discoverConfig, loadConfig, readConfigFile } from '../../../harness/config/index.ts';
import { ConfigError } from '../../../harness/ports/index.ts';
import { perturbationOptions } from '../../../perturbations/index.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-config-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const object = `{ target: { kind: 'reference-engine' }, cases: 'cases.yaml', seed: 'from-file', perturbations: { repeat: {} } }`;
const json = JSON.stringify({
  target: { kind: 'reference-engine' },
  cases: 'cases.yaml',
  seed: 'from-file',
  perturbations: { repeat: {} },
});
const yaml = 'target: { kind: reference-engine }\ncases: cases.yaml\nseed: from-file\nperturbations:\n  repeat:\n';
const texts: Readonly<Record<(typeof CONFIG_EXTENSIONS)[number], string>> = {
  ts: `interface Config { seed: string }\nconst config: Config & object = ${object};\nexport default config;\n`,
  mts: `export default ${object} as const;\n`,
  js: `export default ${object};\n`,
  mjs: `export default ${object};\n`,
  cjs: `module.exports = { default: ${object} };\n`,
  json,
  yaml,
  yml: yaml,
};

async function configError(work: () => unknown): Promise<ConfigError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('loadConfig', () => {
  it.each(CONFIG_EXTENSIONS)('finds and loads evenkeel.config.%s', async (extension) => {
    const file = write(`evenkeel.config.${extension}`, texts[extension]);
    const loaded = await loadConfig({ directory, perturbationOptions });
    expect(loaded).toMatchObject({
      file,
      directory,
      config: { seed: 'from-file', perturbations: { repeat: { times: 2 } } },
    });
  });

  it('loads a CommonJS file that exports the configuration itself', async () => {
    write('evenkeel.config.cjs', `module.exports = ${object};\n`);
    expect((await loadConfig({ directory, perturbationOptions })).config.seed).toBe('from-file');
  });

  it('loads a named file and lays overrides over it', async () => {
    mkdirSync(join(directory, 'ci'));
    write('ci/nightly.yaml', yaml);
    const loaded = await loadConfig({
      directory,
      file: 'ci/nightly.yaml',
      perturbationOptions,
      overrides: { seed: 'flag' },
    });
    expect(loaded.directory).toBe(join(directory, 'ci'));
    expect(loaded.config.seed).toBe('flag');
  });

  it('names the file when it has problems', async () => {
    const file = write('evenkeel.config.json', '{"seed": 1}');
    const error = await configError(() => loadConfig({ directory, perturbationOptions }));
    expect(error.message).toMatch(`${file}: 4 problems\n`);
  });

  it('reads a file again after it changed', async () => {
    const file = write('evenkeel.config.ts', texts.ts);
    expect(await readConfigFile(file)).toMatchObject({ seed: 'from-file' });
    write('evenkeel.config.ts', texts.ts.replace('from-file', 'changed'));
    expect(await readConfigFile(file)).toMatchObject({ seed: 'changed' });
  });
});

describe('discoverConfig', () => {
  it('says which names it looked for when there is none', async () => {
    const error = await configError(() => discoverConfig({ directory }));
    expect(error.code).toBe('CONFIG_FILE_NOT_FOUND');
    expect(error.message).toContain('evenkeel.config.{ts,mts,js,mjs,cjs,json,yaml,yml}');
  });

  it('does not choose between two', async () => {
    write('evenkeel.config.ts', texts.ts);
    write('evenkeel.config.json', json);
    const error = await configError(() => discoverConfig({ directory }));
    expect(error.code).toBe('CONFIG_FILE_AMBIGUOUS');
    expect(error.message).toContain('evenkeel.config.ts, evenkeel.config.json');
  });

  it('says that a named file is not there, or is a folder', async () => {
    expect((await configError(() => discoverConfig({ directory, file: 'gone.yaml' }))).message).toContain(
      'gone.yaml: expected a config file, got nothing there.',
    );
    expect((await configError(() => discoverConfig({ directory, file: '.' }))).message).toContain('got a folder');
  });
});

describe('readConfigFile', () => {
  it('tells a file that is not there from a file that threw', async () => {
    const missing = await configError(() => readConfigFile(join(directory, 'evenkeel.config.ts')));
    expect(missing.code).toBe('CONFIG_FILE_NOT_FOUND');
    const file = write('evenkeel.config.ts', 'throw new Error("no GPU today");\n');
    const threw = await configError(() => readConfigFile(file));
    expect(threw.code).toBe('CONFIG_FILE_THREW');
    expect(threw.message).toContain(`${file}: expected a module that loads, got an error: no GPU today.`);
    expect((threw.cause as Error).message).toBe('no GPU today');
  });

  it('blames an import that is missing on the import, not on the config file', async () => {
    const file = write('evenkeel.config.ts', `import x from './gone.ts';\nexport default x;\n`);
    const error = await configError(() => readConfigFile(file));
    expect(error.code).toBe('CONFIG_FILE_THREW');
    expect(error.message).toContain('gone');
  });

  it('asks for a default export', async () => {
    const file = write('evenkeel.config.ts', 'export const config = {};\n');
    expect((await configError(() => readConfigFile(file))).code).toBe('CONFIG_NO_DEFAULT_EXPORT');
  });

  it.each([
    ['json', '{"a": }'],
    ['yaml', 'a: [1, 2\nb: 3\n'],
    ['yaml', 'a: 1\na: 2\n'],
  ])('tells the syntax error of a %s file', async (extension, text) => {
    const file = write(`broken.${extension}`, text);
    const error = await configError(() => readConfigFile(file));
    expect(error.code).toBe('CONFIG_SYNTAX');
    expect(error.message).toContain(file);
    expect(error.cause).toBeDefined();
  });

  it('does not choke on a byte order mark', async () => {
    expect(await readConfigFile(write('a.json', `\ufeff${json}`))).toMatchObject({ seed: 'from-file' });
  });

  it('refuses a type that it does not know', async () => {
    const file = write('config.toml', '');
    expect((await configError(() => readConfigFile(file))).code).toBe('CONFIG_FILE_TYPE');
  });
});
