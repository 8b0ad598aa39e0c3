import { describe, expect, it } from 'vitest';
import { createIo, evenkeel, projectFolder, smallConfig } from '../../../support/command-line.ts';

interface Row {
  readonly axis: string;
  readonly level: string;
  readonly bits: { readonly equal: number; readonly n: number };
  readonly evidenceProblem: string | null;
}

interface Result {
  readonly findings: {
    readonly unsupported: readonly { readonly why: string }[];
    readonly determinism: readonly Row[];
    readonly drift: readonly {
      readonly level: string;
      readonly klNatsMean: { readonly kind: string; readonly value: number };
    }[];
  };
}

/** Longer than a few pages, so that there is something to share and to move. */
const text = (topic: string): string =>
  Array.from({ length: 8 }, (_, line) => `${topic}, line ${line}: ${line * 37}.`).join(' ');
const cases = {
  schemaVersion: 1,
  cases: ['harbour', 'orchard'].map((id) => ({ id, parts: [{ label: 'query', text: text(id) }] })),
};

async function run(change: object): Promise<Result> {
  const config = { ...smallConfig, cases: 'long.json', ...change };
  const folder = projectFolder({ 'evenkeel.config.json': config, 'long.json': cases });
  const { out } = await evenkeel(['run', '--json', '--no-progress'], createIo({ cwd: folder }));
  return JSON.parse(out) as Result;
}

const exact = (rows: readonly Row[]): string[] =>
  rows.filter(({ bits }) => bits.equal === bits.n && bits.n > 0).map(({ level }) => level);

describe('knobs of the reference engine', () => {
  it('keep every bit in chunks, arrivals, drafts and exact cache policies, with proof; lossy policies drift', async () => {
    const { findings } = await run({
      generation: { maxTokens: 8, scoreLastPositions: 4 },
      perturbations: {
        arrival: { requests: 2 },
        'cache-policy': { cases: 2 },
        'chunk-size': {},
        speculative: {},
      },
    });
    expect(findings.unsupported).toEqual([]);
    const rows = findings.determinism.filter(({ level }) => !['lossy', 'window-approximate'].includes(level));
    expect(rows.map(({ level, evidenceProblem }) => [level, evidenceProblem])).toEqual(
      rows.map(({ level }) => [level, null]),
    );
    expect(exact(findings.determinism)).toEqual(rows.map(({ level }) => level));
    const kl = Object.fromEntries(findings.drift.map(({ level, klNatsMean }) => [level, klNatsMean]));
    expect(kl['lossy']).toMatchObject({ kind: 'measured' });
    expect(kl['lossy'].value).toBeGreaterThan(0);
  }, 60_000);

  it('positive control: arrivals find a slot that is not reset, where one request follows another', async () => {
    const { findings } = await run({
      target: { kind: 'reference-engine', fault: 'compressor-state-not-reset' },
      perturbations: { arrival: { requests: 2, schedules: ['trickled'] } },
    });
    const [row] = findings.determinism;
    expect(row).toMatchObject({ level: 'trickled', evidenceProblem: null });
    expect(row.bits.equal).toBeLessThan(row.bits.n);
  }, 60_000);

  it('move the memory without a bit, and show that it is used', async () => {
    const { findings } = await run({
      target: { kind: 'reference-engine', checkpoint: { kind: 'seeded', preset: 'v4-tiny-engram', seed: 'evenkeel' } },
      perturbations: { memory: {} },
    });
    expect(findings.unsupported).toEqual([]);
    expect(exact(findings.determinism)).toEqual(['host']);
    expect(findings.drift.map(({ level, klNatsMean }) => [level, klNatsMean.value > 0])).toEqual([
      ['host', false],
      ['off', true],
    ]);
  }, 60_000);

  it('are unsupported where the checkpoint has not what they set', async () => {
    const { findings } = await run({ perturbations: { memory: {} } });
    expect(findings.unsupported[0].why).toContain('sets memory; the target cannot');
  });
});
