/**
 * What the harness adds to the engine's own time: the same requests as a run with its log on disk, and straight to an engine. Logits are asked for on
 * both sides; hashing and keeping them is the harness's work. Run: npm run bench
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Case, Perturbation } from '../../harness/schema/index.ts';
import type { PlanInput } from '../../harness/plan/index.ts';
import { built, publish, spreadOf, spreadText, takeTurns, two } from '../support/bench.ts';
import { createManifest } from '../support/run-records.ts';

const { buildCheckpoint } = await built<typeof import('../../engine/checkpoint/index.ts')>('checkpoint');
const { createEngine } = await built<typeof import('../../engine/serving/index.ts')>('serving');
const root = join(import.meta.dirname, '../..');
const { createReferenceEngineTarget, createRun, executePlan, expandPlan, jobFor, systemClock } = (await import(
  join(root, 'dist/harness/index.js')
)) as typeof import('../../harness/index.ts');
const { repeat } = (await import(join(root, 'dist/perturbations/index.js'))) as {
  readonly repeat: Perturbation<never>;
};

const ROUNDS = 5;
const CASES = 8;
const checkpoint = { kind: 'seeded', preset: 'v4-tiny', seed: 'bench' } as const;

it('the same requests through a run and straight to an engine', async () => {
  const target = await createReferenceEngineTarget({
    id: 'reference-engine',
    checkpoint,
    precision: 'f32',
    lanes: 1,
    maxBatch: 16,
    chunkSize: 64,
    keyBlock: 64,
    splitPolicy: { kind: 'none' },
    mhcSplitK: { kind: 'none' },
    partsModule: null,
  });
  const cases = Array.from({ length: CASES }, (_, at): Case => {
    const text = `Record ${at}: ward A, day ${at}, bed ${at * 3}; the visit was short and nothing was found. `.repeat(
      3,
    );
    return { id: `case-${at}`, tags: [], parts: [{ label: 'query', text }] };
  });
  const input: PlanInput = {
    cases,
    perturbations: [{ perturbation: repeat, options: { times: 2 } }],
    tokenizer: target.tokenizer,
    generation: { maxTokens: 16, temperature: 0, seed: 0, scoreLastPositions: 32 },
    seed: 'bench',
    targetId: target.id,
  };
  const plan = expandPlan(input);
  const { capabilities } = await target.describe();
  const engine = createEngine(buildCheckpoint(checkpoint), {
    precision: 'f32',
    chunkSize: 64,
    maxBatch: 16,
    keyBlock: 64,
  });
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  let runs = 0;
  try {
    const times = await takeTurns(
      {
        run: async () => {
          const manifest = createManifest(plan, { runId: `run-${runs++}` });
          const writer = createRun(folder, { manifest, plan }).openWriter();
          const { finished } = await executePlan({
            plan,
            target,
            jobFor: (unit, level) => jobFor(input, unit, level),
            precisionModes: capabilities.precisionModes,
            writer,
            clock: systemClock,
            signal: new AbortController().signal,
          });
          writer.close();
          expect(finished).toBe(CASES);
        },
        engine: () => {
          for (const unit of plan.units)
            for (const level of unit.levels) {
              const session = engine.openSession();
              for (const wave of jobFor(input, unit, level).waves)
                session.run(
                  wave.map(({ id, prompt, maxTokens, scoreLastPositions }) => ({
                    id,
                    tokenIds: prompt.kind === 'tokens' ? prompt.tokenIds : target.tokenizer.encode(prompt.text),
                    maxTokens,
                    scoreLastPositions,
                    keepLogits: true,
                    onPromptLogits: () => undefined,
                  })),
                );
              session.close();
            }
        },
      },
      ROUNDS,
    );
    const seconds = (name: string): string => two(spreadOf(times[name]).median / 1000);
    const overhead = spreadOf(
      times['run'].map((ms, round) => (100 * (ms - times['engine'][round])) / times['engine'][round]),
    );
    publish(
      'overhead',
      `${CASES} units, ${2 * CASES} requests of v4-tiny: as a run with its log on disk, and straight to an engine`,
      ['run, s', 'engine, s', 'overhead, %'],
      [[seconds('run'), seconds('engine'), spreadText(overhead)]],
    );
  } finally {
    await target.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
