import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTarget } from '../../../../harness/cli/create-target.ts';
import { resolveConfig } from '../../../../harness/config/index.ts';
import { ConfigError } from '../../../../harness/ports/index.ts';
import { checkLlama, loadLlamaPackage } from '../../../../harness/targets/gguf/load-package.ts';
import type { Llama } from '../../../../harness/targets/gguf/llama-package.ts';
import { perturbationOptions } from '../../../../perturbations/index.ts';
import { ggufFile } from '../../../support/gguf-file.ts';
import { temporaryFolder } from '../../../support/run-records.ts';

/** A folder in which node-llama-cpp is this module. */
function installed(source: string): string {
  const folder = temporaryFolder();
  const home = join(folder, 'node_modules/node-llama-cpp');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ type: 'module', exports: './index.js' }));
  writeFileSync(join(home, 'index.js'), source);
  return folder;
}

const config = (target: object) =>
  resolveConfig({ target, cases: 'cases.yaml', perturbations: { repeat: {} } }, { perturbationOptions });

describe('node-llama-cpp', () => {
  it('is not there: one message says how to install it', async () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'model.gguf'), ggufFile());
    const making = createTarget({
      config: config({ kind: 'gguf', path: 'model.gguf' }),
      directory,
      partsModule: null,
      env: {},
    });
    await expect(making).rejects.toBeInstanceOf(ConfigError);
    await expect(making).rejects.toMatchObject({ exitCode: 2, code: 'TARGET_PEER_MISSING' });
    await expect(making).rejects.toThrow(/npm i node-llama-cpp@\d+\.\d+\.\d+ --ignore-scripts/);
  });

  it('is not asked for when the file is none: that is told first', async () => {
    const making = createTarget({
      config: config({ kind: 'gguf', path: 'none.gguf' }),
      directory: temporaryFolder(),
      partsModule: null,
      env: {},
    });
    await expect(making).rejects.toThrow(/target.path \(.*none.gguf\): expected a GGUF file/);
  });

  it('is found from the folder of the config', async () => {
    const directory = installed('export const getLlama = () => "here"; export const getModuleVersion = () => "1";');
    expect((await loadLlamaPackage(directory)).getLlama).toBeTypeOf('function');
  });

  it.each([
    ['does not load', 'throw new Error("no such binding");', /a package that loads, got no such binding/],
    [
      'is of another shape',
      'export const getLlama = 1;',
      /getLlama, a function; getModuleVersion, a function, got none/,
    ],
  ])('is refused when it %s', async (_name, source, message) => {
    await expect(loadLlamaPackage(installed(source))).rejects.toThrow(message);
  });

  it('is looked at again when it is used: all that is missing is told at once', () => {
    const llama = { systemInfo: '', buildType: 'prebuilt', llamaCppRelease: null } as unknown as Llama;
    expect(() => checkLlama(llama)).toThrow(/llamaCppRelease, an object; loadModel, a function; dispose, a function/);
  });
});

describe('the config of a GGUF target', () => {
  it('needs a path alone', () => {
    expect(config({ kind: 'gguf', path: 'model.gguf' }).target).toEqual({
      kind: 'gguf',
      path: 'model.gguf',
      contextSize: 1024,
      sequences: 16,
      batchSize: 512,
      threads: 1,
      flashAttention: 'auto',
      kvCacheType: 'f16',
      swaFullCache: false,
    });
  });

  it('tells every problem at once', () => {
    const target = { kind: 'gguf', threads: 0, kvCacheType: 'q1', flashAttention: 'maybe', gpuLayers: 3 };
    expect(() => config(target)).toThrow(
      /(?=[^]*target\.path)(?=[^]*target\.threads)(?=[^]*target\.kvCacheType)(?=[^]*target\.flashAttention)(?=[^]*gpuLayers)/,
    );
  });
});
