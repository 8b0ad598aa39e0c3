/**
 * Finds and loads node-llama-cpp: beside the config file first (where its user installs it), else beside evenkeel.
 * @module
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../../ports/index.ts';
import type { Llama, LlamaContext, LlamaModel, LlamaPackage, LlamaSequence } from './llama-package.ts';

const NAME = 'node-llama-cpp';
/** The version that was tested; `peerDependencies` says which others may do. */
const TESTED_VERSION = '3.22.1';
const INSTALL = `npm i ${NAME}@${TESTED_VERSION} --ignore-scripts`;

/** @throws ConfigError when it is not installed, or is not what is expected */
export async function loadLlamaPackage(directory: string): Promise<LlamaPackage> {
  const file = [join(directory, 'evenkeel.config.js'), import.meta.url]
    .map(resolveFrom)
    .find((found) => found !== null);
  if (file === undefined)
    throw new ConfigError({
      code: 'TARGET_PEER_MISSING',
      at: 'target.kind',
      expected: `the package ${NAME}, which brings llama.cpp`,
      got: 'no such package',
      hint: `It is installed by hand, since it is large: ${INSTALL}`,
    });
  let loaded: unknown;
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (cause) {
    throw new ConfigError({
      code: 'TARGET_PEER_BROKEN',
      at: file,
      expected: 'a package that loads',
      got: oneLine(cause),
      hint: `Install it again: ${INSTALL}`,
      cause,
    });
  }
  return checkPackage(loaded);
}

function resolveFrom(place: string): string | null {
  try {
    return createRequire(place).resolve(NAME);
  } catch {
    return null;
  }
}

type Kind = 'function' | 'object' | 'number' | 'string' | 'boolean';

/** Looks at what a value has; all that is missing is told at once. */
function checkShape(value: unknown, at: string, members: Readonly<Record<string, Kind>>): void {
  const has = (name: string, kind: Kind): boolean => {
    if (typeof value !== 'object' || value === null) return false;
    const member: unknown = Reflect.get(value, name);
    return typeof member === kind && member !== null;
  };
  const missing = Object.entries(members).filter(([name, kind]) => !has(name, kind));
  if (missing.length > 0)
    throw new ConfigError({
      code: 'TARGET_PEER_SHAPE',
      at: `${NAME}, ${at}`,
      expected: missing.map(([name, kind]) => `${name}, ${kind === 'object' ? 'an' : 'a'} ${kind}`).join('; '),
      got: 'none',
      hint: `Another version than evenkeel knows. Tested with: ${INSTALL}`,
    });
}

function checkPackage(value: unknown): LlamaPackage {
  checkShape(value, 'exports', { getLlama: 'function', getModuleVersion: 'function' });
  return value as LlamaPackage;
}

export function checkLlama(value: Llama): Llama {
  checkShape(value, 'getLlama()', {
    systemInfo: 'string',
    buildType: 'string',
    llamaCppRelease: 'object',
    loadModel: 'function',
    dispose: 'function',
  });
  return value;
}

export function checkModel(value: LlamaModel): LlamaModel {
  checkShape(value, 'loadModel()', {
    tokens: 'object',
    trainContextSize: 'number',
    tokenize: 'function',
    detokenize: 'function',
    createContext: 'function',
  });
  return value;
}

export function checkContext(value: LlamaContext): LlamaContext {
  checkShape(value, 'createContext()', {
    contextSize: 'number',
    batchSize: 'number',
    totalSequences: 'number',
    currentThreads: 'number',
    getSequence: 'function',
    dispose: 'function',
  });
  return value;
}

export function checkSequence(value: LlamaSequence): LlamaSequence {
  checkShape(value, 'getSequence()', {
    nextTokenIndex: 'number',
    controlledEvaluate: 'function',
    clearHistory: 'function',
  });
  return value;
}

/** An error of the package in a message: its first line. */
export function oneLine(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replace(/[^\x20-\x7e]/g, '?').slice(0, 200) || 'an error without words';
}
