/**
 * The digest of a small suite run: every perturbation on four cases through the built command line, findings and logits included.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const config = {
  target: {
    kind: 'reference-engine',
    checkpoint: { kind: 'seeded', preset: 'v4-tiny', seed: 'digest' },
    precision: 'bf16',
    lanes: 2,
    maxBatch: 4,
  },
  cases: 'cases.yaml',
  caseLimit: 4,
  generation: { maxTokens: 4, scoreLastPositions: 8 },
  reporters: ['json'],
  perturbations: {
    repeat: { times: 2 },
    'prompt-order': { parts: ['rule'], shuffles: 1 },
    truncation: { sides: ['head'], keepShare: [0.6] },
    'batch-size': { sizes: [1, 4], lengths: ['ragged'], rowPositions: true },
    precision: { levels: ['bf16', 'w8a8'] },
    'batch-content': { mates: 2 },
    'prior-content': { mates: 2 },
  },
};

/**
 * @param {string} root - the repository
 * @param {readonly string[]} runtime - the command that runs a script
 */
export function suiteDigest(root, runtime) {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-digest-'));
  try {
    cpSync(join(root, 'examples/cases/synthetic-data.yaml'), join(folder, 'cases.yaml'));
    writeFileSync(join(folder, 'evenkeel.config.json'), JSON.stringify(config));
    const [command, ...args] = runtime;
    const cli = join(root, 'dist/harness/cli/main.js');
    const { status, stderr } = spawnSync(command, [...args, cli, 'run', '--run-id', 'digest'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 1_800_000,
    });
    if (status !== 0 && status !== 1) throw new Error(`the suite run ended with ${status}: ${stderr.slice(-3000)}`);
    const run = join(folder, '.evenkeel/runs/digest');
    const hash = createHash('sha256');
    for (const file of ['plan.json', 'findings.json']) hash.update(readFileSync(join(run, file)));
    // a blob is named by its content
    for (const name of readdirSync(join(run, 'blobs'), { recursive: true }).map(String).sort())
      hash.update(`${name}\n`);
    return hash.digest('hex');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
