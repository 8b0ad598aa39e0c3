/**
 * Peers: other engines, which benchmarks and the tests of the `gguf` target use. They are no dependencies (docs/decisions/0007): each is
 * installed at a fixed version below `.cache/peers` when it is first wanted, without its scripts.
 * @module
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The versions that are measured and tested. node-llama-cpp 3.22.1 holds llama.cpp v0.5.0. */
const VERSIONS = { 'node-llama-cpp': '3.22.1', 'onnxruntime-node': '1.30.0' } as const;
type PeerName = keyof typeof VERSIONS;

/** Installs a peer unless it is there; the folder that has it in its `node_modules`. */
export function installPeer(name: PeerName): string {
  const prefix = join(root, '.cache/peers', name);
  if (!existsSync(join(prefix, 'node_modules', name))) {
    mkdirSync(prefix, { recursive: true });
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
    execFileSync('npm', ['install', ...flags, '--prefix', prefix, `${name}@${VERSIONS[name]}`], { stdio: 'inherit' });
  }
  return prefix;
}

export async function peer<T>(name: PeerName): Promise<T> {
  const prefix = installPeer(name);
  const resolve = createRequire(join(prefix, 'package.json')).resolve;
  let file: string;
  try {
    file = resolve(name);
  } catch {
    // a package with an ES module entry alone
    file = join(prefix, 'node_modules', name, 'dist/index.js');
  }
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as T;
}
