/**
 * The GGUF target with the real llama.cpp: what a run through the built program finds, and whether its numbers are the model's.
 *
 * Run: npm run test:gguf. The first run installs node-llama-cpp (some 700 MB) below `.cache/peers`.
 */
import { readFileSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCheckpoint, createEngine, writeGguf } from '../../engine/index.ts';
import { observation, targetDescription, type Observation } from '../../harness/schema/index.ts';
import { createGgufTarget, type GgufTargetOptions } from '../../harness/targets/index.ts';
import { spawnCli } from '../support/built-cli.ts';
import { projectFolder, smallConfig } from '../support/command-line.ts';
import { levelJob, plannedRequest } from '../support/endpoint-target.ts';
import { ggufFile } from '../support/gguf-file.ts';
import { installPeer } from '../support/peer.ts';

const checkpoint = buildCheckpoint({ preset: 'v4-tiny-hca128', seed: 'gguf' });
const bytes = writeGguf(checkpoint);
let peerFolder: string;
beforeAll(() => {
  peerFolder = installPeer('node-llama-cpp');
});

const SIZES = [1, 2, 4];

/** A project with the model, and with node-llama-cpp installed in it. */
function project(perturbations: object, target: object = {}): string {
  const config = {
    ...smallConfig,
    target: { kind: 'gguf', path: 'model.gguf', sequences: 4, contextSize: 256, ...target },
    perturbations,
  };
  const folder = projectFolder({ 'evenkeel.config.json': config });
  writeFileSync(join(folder, 'model.gguf'), bytes);
  symlinkSync(join(peerFolder, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

interface Check {
  readonly report: string;
  readonly axis: string;
  readonly level: string;
  readonly outcome: string;
  readonly reason: string;
}

interface Ran {
  readonly code: number | null;
  readonly err: string;
  readonly checks: readonly Check[];
  readonly units: readonly Observation[];
  readonly card: ReadonlyMap<string, string>;
}

async function run(cwd: string): Promise<Ran> {
  const { code, out, err } = await spawnCli(['run', '--json', '--no-progress'], { cwd });
  const { verdict } = JSON.parse(out) as { verdict: { checks: Check[] } };
  const [id] = readdirSync(join(cwd, '.evenkeel/runs'));
  const read = (file: string): string => readFileSync(join(cwd, '.evenkeel/runs', id, file), 'utf8');
  const units = read('units.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => observation.parse(JSON.parse(line)));
  const { target } = JSON.parse(read('manifest.json')) as { target: unknown };
  const card = new Map(targetDescription.parse(target).card.map(({ name, value }) => [name, value]));
  return { code, err, checks: verdict.checks, units, card };
}

describe('a run of llama.cpp through the built program', () => {
  it('repeats itself bit for bit, proves its batches, and is judged on all that it can do', async () => {
    const { code, checks, units, card } = await run(
      project({
        repeat: { times: 3 },
        'batch-size': { sizes: SIZES },
        'batch-content': { mates: 1 },
        'prior-content': { mates: 1 },
        truncation: { sides: ['tail'], keepShare: [0.6] },
        precision: { levels: ['f32', 'bf16'] },
      }),
    );
    expect([0, 1]).toContain(code);
    const of = (report: string, axis: string): readonly Check[] =>
      checks.filter((check) => check.report === report && check.axis.startsWith(axis));
    expect(of('determinism', 'repeat').map(({ outcome }) => outcome)).toEqual(['pass', 'pass']);
    // whether the bits of a row change with its batch is for llama.cpp and the CPU to say; that it was tried is shown
    const batched = of('determinism', 'batch-size');
    expect(batched.map(({ level }) => level)).toEqual([
      'size-2-ragged',
      'size-4-ragged',
      'size-2-equal',
      'size-4-equal',
    ]);
    for (const { outcome } of batched) expect(['pass', 'fail']).toContain(outcome);
    const levels = units.flatMap((unit) => unit.levels);
    for (const size of SIZES)
      for (const { counters } of levels.filter(({ levelId }) => levelId.startsWith(`size-${size}-`)))
        expect(counters['maxActiveRows']).toBe(size);
    const slots = levels.filter(({ levelId }) => levelId.startsWith('swap') && !levelId.includes('-'));
    expect(slots.length).toBeGreaterThan(0);
    for (const { counters } of slots) expect(counters['slotReuses']).toBeGreaterThan(0);
    // what precision cannot do here is named, and everything else was measured
    const failed = units.filter(({ status }) => status !== 'ok');
    expect(failed.length).toBeGreaterThan(0);
    for (const { status, why } of failed)
      expect([status, why]).toEqual(['unsupported', expect.stringMatching(/precision/)]);
    expect(card.get('architecture')).toBe('deepseek4');
    expect(card.get('server_version')).toMatch(/^llama\.cpp /);
    console.log(checks.map((c) => `${c.report} ${c.axis} ${c.level}: ${c.outcome}. ${c.reason}`).join('\n'));
  });

  it('gives the same bits in another process', async () => {
    const [first, second] = [await run(project({ repeat: {} })), await run(project({ repeat: {} }))];
    const digests = (ran: Ran): string[] =>
      ran.units.flatMap(({ levels }) => levels.flatMap(({ requests }) => requests.flatMap((r) => r.stepSha256)));
    expect(digests(first).length).toBeGreaterThan(0);
    expect(digests(first)).toEqual(digests(second));
    expect(first.card).toEqual(second.card);
  });

  it.each([
    ['cut off', (path: string) => truncateSync(path, bytes.length - 64), /the file was cut off/],
    ['another kind of file', (path: string) => writeFileSync(path, 'PK'.repeat(100)), /begins with GGUF, got "PKPK"/],
    ['of an architecture that llama.cpp has not', (path: string) => writeFileSync(path, ggufFile()), /can load, got/],
  ])('is refused in one message when the file is %s', async (_name, damage, message) => {
    const cwd = project({ repeat: {} });
    damage(join(cwd, 'model.gguf'));
    const { code, out, err } = await spawnCli(['run', '--no-progress'], { cwd });
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(out).toBe('');
    expect(readdirSync(cwd)).not.toContain('.evenkeel');
  });

  it('says how to install node-llama-cpp where it is not', async () => {
    const cwd = projectFolder({
      'evenkeel.config.json': { ...smallConfig, target: { kind: 'gguf', path: 'model.gguf' } },
      'model.gguf': 'replaced below',
    });
    writeFileSync(join(cwd, 'model.gguf'), bytes);
    const { code, err } = await spawnCli(['run'], { cwd });
    expect(code).toBe(2);
    expect(err).toMatch(/npm i node-llama-cpp@3\.22\.1 --ignore-scripts/);
  });
});

describe('the numbers of llama.cpp', () => {
  const tokens = Array.from({ length: 96 }, (_, i) => (i * 31 + ((i * i) % 11)) % 256);
  const engine = createEngine(checkpoint, { precision: 'f32' });
  const target = (change: Partial<GgufTargetOptions> = {}) => {
    const cwd = project({ repeat: {} });
    return createGgufTarget({
      id: null,
      path: join(cwd, 'model.gguf'),
      directory: cwd,
      contextSize: 256,
      sequences: 2,
      batchSize: 512,
      threads: 1,
      flashAttention: 'auto',
      kvCacheType: 'f16',
      swaFullCache: false,
      ...change,
    });
  };
  const request = plannedRequest('a', '', {
    prompt: { kind: 'tokens', tokenIds: tokens },
    scoreLastPositions: tokens.length,
    maxTokens: 8,
  });

  it('are those of the reference engine, but for the rounding of its cache and rare flips of a choice', async () => {
    const llama = await target();
    const { record, blobs } = await llama.runLevel(levelJob([[request]]), { lane: 0, forced: new Map() });
    await llama.close();
    const [{ prompt }] = record.requests;
    if (prompt.kind !== 'blob') throw new Error(prompt.kind);
    const { bytes: stored } = blobs.find(({ sha256 }) => sha256 === prompt.sha256)!;
    const theirs = new Float32Array(stored.buffer, stored.byteOffset, stored.byteLength / 4);
    const { logits: ours } = engine.score(tokens);
    const apart = tokens
      .map((_, position) => {
        let largest = 0;
        for (let i = position * engine.vocabSize; i < (position + 1) * engine.vocabSize; i++)
          largest = Math.max(largest, Math.abs(theirs[i] - ours[i]));
        return largest;
      })
      .sort((a, b) => a - b);
    const at = (share: number): number => apart[Math.floor(share * (apart.length - 1))];
    console.log(`largest logit difference of a position: median ${at(0.5)}, 90 % ${at(0.9)}, all ${at(1)}`);
    expect(at(0.5)).toBeLessThan(5e-3);
  });

  it('are the same bits when the tokens of an answer are forced', async () => {
    const llama = await target();
    const { record } = await llama.runLevel(levelJob([[request]]), { lane: 0, forced: new Map() });
    const [{ tokenIds, generated }] = record.requests;
    const again = levelJob([[{ ...request, forcedFromLevel: 'none' }]], { levelId: 'forced' });
    const forced = await llama.runLevel(again, { lane: 0, forced: new Map([['a', tokenIds]]) });
    await llama.close();
    expect(generated.kind).toBe('blob');
    expect(forced.record.requests[0].forced).toEqual(generated);
  });
});
