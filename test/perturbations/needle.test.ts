import { describe, expect, it } from 'vitest';
import type { RequestObservation } from '../../harness/schema/index.ts';
import { needle } from '../../perturbations/index.ts';
import { runPerturbation } from '../support/perturbation-run.ts';
import {
  BEGIN,
  byteTokenizer,
  expand,
  inputOf,
  pairTokenizer,
  promptOf,
  promptTokens,
  requestsOf,
  sampleCases,
} from '../support/perturbation-sample.ts';

const OPTIONS = { lengths: [256, 512], depths: [0, 0.5, 1], question: 'The passphrase is' };
const cells = (options: object = OPTIONS, tokenizer = byteTokenizer) =>
  expand(needle, inputOf(needle, sampleCases(1), options, tokenizer)).map(({ level, job }) => {
    const [request] = requestsOf(job);
    return { level, request, text: promptOf(request), tokens: promptTokens(request, tokenizer) };
  });

describe('needle', () => {
  it('hides one phrase at each depth of each length, and asks for it at the end', () => {
    const [control, ...others] = cells();
    expect(others.map(({ level }) => level.id)).toEqual(
      [256, 512].flatMap((length) => [0, 50, 100].map((depth) => `length-${length}-depth-${depth}`)),
    );
    for (const { level, request, text, tokens } of others) {
      const [length, depth] = /length-(\d+)-depth-(\d+)/.exec(level.id)!.slice(1).map(Number);
      expect(tokens).toHaveLength(length);
      expect(request.canary).toBe(control.request.canary);
      expect(text.split(request.canary!)).toHaveLength(2);
      expect(text.endsWith('The passphrase is')).toBe(true);
      const before = text.indexOf(`\npassphrase is ${request.canary}`);
      expect(before).toBe(Math.floor((depth / 100) * (length - control.tokens.length)));
      expect(level.axis).toBe(`needle/length-${length}`);
    }
  });

  it('has phrase and question alone at the control, and begins with what the tokenizer puts in front', () => {
    const [control, long] = cells(OPTIONS, pairTokenizer);
    expect(pairTokenizer.decode(control.tokens)).toBe(`\npassphrase is ${control.request.canary}\nThe passphrase is`);
    expect(control.tokens.filter((token) => token === BEGIN)).toEqual([BEGIN]);
    expect(long.tokens.slice(1)).not.toContain(BEGIN);
  });

  it('leaves out a length that phrase and question fill', () => {
    const [control] = cells();
    const ids = cells({ ...OPTIONS, lengths: [64, 256], question: 'x'.repeat(80) }).map(({ level }) => level.id);
    expect(control.tokens.length).toBeLessThan(80);
    expect(ids).toEqual(['none', 'length-256-depth-0', 'length-256-depth-50', 'length-256-depth-100']);
  });

  it('marks a cell whose phrase lies within the window as not exercised', () => {
    const problems = cells({ ...OPTIONS, window: 128 }).map(({ level, tokens }) => [
      level.id,
      needle.evidenceProblem(level, {}, [{ role: 'probe', promptTokens: tokens.length } as RequestObservation]),
    ]);
    const within = expect.stringContaining('within the window');
    expect(problems.filter(([, problem]) => problem !== null)).toEqual([
      ['length-256-depth-100', within],
      ['length-512-depth-100', within],
    ]);
  });

  it('wants proof that the target read every token: one that cut the prompt may have cut the phrase off', () => {
    const [, { level }] = cells();
    const told = (promptTokens: number | null) =>
      needle.evidenceProblem(level, {}, [{ role: 'probe', promptTokens } as RequestObservation]);
    expect(told(256)).toBeNull();
    expect(told(255)).toBe('The target counts 255 prompt tokens, and 256 were sent.');
    expect(told(null)).toContain('does not tell');
  });

  it('runs on the engine, which reads every token of each cell', async () => {
    const run = await runPerturbation(needle, { lengths: [128], depths: [0, 1], question: 'Is' }, { maxTokens: 2 });
    expect(run.levels.flatMap(({ requests }) => requests.map(({ promptTokens }) => promptTokens)).slice(1)).toEqual([
      128, 128,
    ]);
    expect(run.determinism.map(({ evidenceProblem }) => evidenceProblem)).toEqual([null, null]);
  }, 60_000);
});
