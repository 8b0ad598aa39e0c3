import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnosis, type Diagnosis } from '../../harness/schema/index.ts';
import { spawnCli } from '../support/built-cli.ts';
import { projectFolder, smallConfig, writeProject } from '../support/command-line.ts';

const variantEngine = {
  ...smallConfig,
  policy: { maxFailureRate: 0.2 },
  target: {
    kind: 'reference-engine',
    lanes: 1,
    keyBlock: 16,
    mhcSplitK: { kind: 'by-token-count', multiprocessors: 64, tokenBlock: 4 },
  },
  perturbations: { 'batch-size': { sizes: [1, 2], lengths: ['equal'], rowPositions: false } },
};
const leaking = {
  ...smallConfig,
  target: { kind: 'reference-engine', lanes: 1, fault: 'compressor-state-not-reset' },
  perturbations: { 'prior-content': { mates: 1 } },
};

const SECRET = 'Example: ward C, 7 days, patient Ada Byron';
const copyCase = {
  id: 'clinic',
  parts: [
    { label: 'instruction', text: 'Write one record of a clinic visit.' },
    { label: 'rule', text: 'Rule: a ward is A, B or C.' },
    { label: 'rule', text: 'Rule: days are 1 to 9.' },
    { label: 'exemplar', text: SECRET },
    { label: 'exemplar', text: 'Example: ward A, 2 days, patient Bo Li' },
    { label: 'exemplar', text: 'Example: ward B, 4 days, patient Cy Roe' },
    { label: 'query', text: 'Next record:' },
  ],
};
/** Copies its last exemplar when that is a certain one and the head of the prompt is gone. */
const copyingModel = `export const name = 'copying';
export async function generate(requests) {
  return requests.map(({ prompt }) => {
    const last = prompt.match(/Example: [^\\n]*/g)?.at(-1);
    const copies = last === ${JSON.stringify(SECRET)} && !prompt.startsWith('Write one record');
    return { text: copies ? last : 'a fresh record', finishReason: 'stop' };
  });
}
`;

const job = {
  unitId: 'u',
  levelId: 'none',
  precision: 'target-default',
  sessions: 'one',
  waves: [
    [
      {
        id: 'a',
        caseId: 'a',
        role: 'probe',
        prompt: { kind: 'text', text: 'x' },
        maxTokens: 1,
        temperature: 0,
        seed: 0,
        canary: null,
        scoreLastPositions: 0,
        forcedFromLevel: null,
      },
    ],
  ],
};
/** A valid reproducer that would have the reader load a module. */
const hostileRepro = {
  schemaVersion: 2,
  runId: 'one',
  perturbation: 'repeat',
  level: 'repeat-2',
  caseId: 'a',
  target: {
    id: 'module',
    kind: 'module',
    fingerprintSha256: '0'.repeat(64),
    config: { kind: 'module', path: '/tmp/evil.mjs' },
  },
  watched: 'a',
  by: 'text',
  sides: { reference: job, level: job },
  elements: [],
  elementsBefore: 0,
  minimality: 'one-minimal',
  probes: { made: 0, budget: 1, trials: 0, undecided: 0 },
};

async function ranProject(config: object): Promise<string> {
  const cwd = projectFolder({ 'evenkeel.config.json': config });
  await spawnCli(['run', '--quiet', '--run-id', 'one'], { cwd });
  return cwd;
}

const stored = (cwd: string): Diagnosis =>
  diagnosis.parse(JSON.parse(readFileSync(join(cwd, '.evenkeel/runs/one/diagnosis.json'), 'utf8')));

describe('evenkeel diagnose', () => {
  it('finds the compressor whose state was not reset, at the first entry that it makes', async () => {
    const cwd = await ranProject(leaking);
    const { code, out, err } = await spawnCli(['diagnose', '--json'], { cwd });
    expect(code, err).toBe(0);
    const found = diagnosis.parse(JSON.parse(out));
    expect(found).toEqual(stored(cwd));
    expect(found).toMatchObject({
      row: { report: 'leakage', perturbation: 'prior-content' },
      location: { reproduced: true, site: { kind: 'op', op: 'layers.2.attn.compressor.entry', position: 3 } },
    });
  });

  it('has nothing to diagnose in a run that passed, and says so', async () => {
    const cwd = await ranProject(smallConfig);
    const { code, out } = await spawnCli(['diagnose'], { cwd });
    expect([code, out]).toEqual([0, expect.stringContaining('Nothing to diagnose')]);
    expect((await spawnCli(['diagnose', '--json'], { cwd })).out).toBe('null\n');
    const unknown = await spawnCli(['diagnose', '--row', 'repeat:never'], { cwd });
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain('one of repeat:');
  });

  it('tells a target without an inside by its first token alone', async () => {
    const cwd = await ranProject({
      ...smallConfig,
      target: { kind: 'null', logits: false, flipRate: 0.6 },
      policy: { maxFailureRate: 0.05 },
      perturbations: { repeat: { times: 3 } },
    });
    const { code, out, err } = await spawnCli(['diagnose', '--json'], { cwd });
    expect(code, err).toBe(0);
    expect(diagnosis.parse(JSON.parse(out))).toMatchObject({
      by: 'tokens',
      location: { firstBitDiff: null, site: { kind: 'unsupported' } },
    });
  });
});

describe('evenkeel diagnose and replay', () => {
  it('takes the variant engine apart: the setting and the batch mate, together; the reproducer replays', async () => {
    const cwd = await ranProject(variantEngine);
    const { code, out, err } = await spawnCli(['diagnose', 'one', '--budget', '60'], { cwd });
    expect(code, err).toBe(0);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(out).toContain('layers.0.attn.input');
    const { attribution, reproducer, location } = stored(cwd);
    expect(location).toMatchObject({
      reproduced: true,
      site: { kind: 'op', op: 'layers.0.attn.input', layer: 0 },
    });
    if (attribution.kind !== 'measured' || reproducer.kind !== 'written') throw new Error(out);
    const shares = Object.fromEntries(
      attribution.factors.map(({ id, share }) => [id, share.kind === 'measured' ? share.value : null]),
    );
    expect(shares).toEqual({ 'setting:mhcSplitK': 0.5, 'setting:keyBlock': 0, 'other requests': 0.5 });
    expect(attribution.effects.map(({ factors }) => factors)).toContainEqual(['setting:mhcSplitK', 'other requests']);
    const coarse = reproducer.elements.filter(({ kind }) => kind !== 'token' && kind !== 'part');
    expect(coarse.map(({ kind }) => kind)).toEqual(['setting', 'mate']);

    const file = '.evenkeel/runs/one/repro.json';
    const again = await spawnCli(['replay', file], { cwd });
    expect([again.code, again.out]).toEqual([1, expect.stringContaining('Reproduced')]);
    // the same jobs on an engine without the option
    const text = readFileSync(join(cwd, file), 'utf8');
    const record = JSON.parse(text) as { target: { config: { mhcSplitK: object } } };
    record.target.config.mhcSplitK = { kind: 'none' };
    writeProject(cwd, { 'mended.json': record });
    const mended = await spawnCli(['replay', 'mended.json', '--json'], { cwd });
    expect(mended.code).toBe(0);
    expect(JSON.parse(mended.out)).toMatchObject({ differing: 0, sameTarget: false });
  });

  it('shrinks an exemplar copied under two perturbations together to exactly those two', async () => {
    const cwd = projectFolder({
      'evenkeel.config.json': {
        ...smallConfig,
        target: { kind: 'module', path: 'model.mjs' },
        cases: 'copy.json',
        perturbations: { 'prompt-order': { shuffles: 4 }, truncation: { sides: ['head'], keepShare: [0.6] } },
      },
      'copy.json': { schemaVersion: 2, cases: [copyCase] },
      'model.mjs': copyingModel,
    });
    await spawnCli(['run', '--quiet', '--run-id', 'one'], { cwd });
    const orders = await Promise.all(
      [1, 2, 3, 4].map(async (k) => {
        const level = `prompt-order:exemplar-order-${k}`;
        const words = ['diagnose', '--json', '--row', 'prompt-order:rule-order-1', '--with', level];
        const { out, err } = await spawnCli([...words, '--with', 'truncation:head-60'], { cwd });
        return { level, found: diagnosis.parse(JSON.parse(out)), err };
      }),
    );
    const guilty = orders.filter(({ found }) => found.location.reproduced);
    expect(guilty.length).toBeGreaterThan(0);
    expect(guilty.length).toBeLessThan(4);
    for (const { level, found } of guilty) {
      if (found.reproducer.kind !== 'written' || found.attribution.kind !== 'measured') throw new Error(level);
      const atoms = found.reproducer.elements.filter(({ kind }) => kind === 'atom').map(({ id }) => id);
      expect(atoms).toEqual([level, 'truncation:head-60']);
      expect(found.reproducer.minimality).toBe('one-minimal');
      expect(found.attribution.effects.map(({ factors }) => factors)).toContainEqual([level, 'truncation:head-60']);
    }
  });

  it('refuses a reproducer that is none, or that names a target which the reader has not', async () => {
    const cwd = projectFolder({ 'evenkeel.config.json': smallConfig, 'bad.json': { schemaVersion: 2 } });
    const bad = await spawnCli(['replay', 'bad.json'], { cwd });
    expect([bad.code, bad.err]).toEqual([3, expect.stringContaining('bad.json')]);
    expect((await spawnCli(['replay', 'none.json'], { cwd })).code).toBe(3);
    writeProject(cwd, { 'evil.json': hostileRepro });
    const evil = await spawnCli(['replay', 'evil.json'], { cwd });
    expect([evil.code, evil.err]).toEqual([2, expect.stringContaining('a config whose target is of kind module')]);
  });
});
