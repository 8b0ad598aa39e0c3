/**
 * seed: with a temperature above 0 a request's tokens follow from its own seed, whatever the row, the neighbours and what ran before.
 *
 * Every level also asks for the same prompt with other seeds (mates): if none of them gives other tokens, or every token was the most
 * likely one, chance had no part in it and nothing is shown.
 * @module
 */
import { z } from 'zod';
import type { Level, PerturbationInput, PlannedRequest, RequestObservation } from '../harness/schema/index.ts';
import { definePerturbation, type CellShape, type Waves } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { promptText } from './requests/prompt.ts';
import { plannedRequest } from './requests/request.ts';

const setting = z.enum(['beside', 'same-seed', 'after']);
type Setting = z.output<typeof setting>;

const seedOptions = z.strictObject({
  temperature: z.number().min(0.1).max(10).default(1).describe('Temperature of every request.'),
  mates: z.int().min(1).max(63).default(3).describe('Other requests beside or before the one that is compared.'),
  settings: z
    .array(setting)
    .min(1)
    .refine((chosen) => new Set(chosen).size === chosen.length, { error: 'settings that are all different' })
    .default(['beside', 'same-seed', 'after'])
    .describe('Beside requests with other seeds, beside other prompts with the same seed, after other requests.'),
});
export type SeedOptions = z.output<typeof seedOptions>;

const LABELS: Readonly<Record<Setting, string>> = {
  beside: 'last row, beside other seeds',
  'same-seed': 'last row, beside other prompts with its seed',
  after: 'after requests with other seeds',
};

const CONTROL: Level = { id: 'none', axis: 'seed', label: 'first and alone', reference: null, promise: 'bit-equal' };

export const seed = definePerturbation<SeedOptions>({
  id: 'seed',
  title: 'Seed',
  what: 'Samples with a seed in other rows, beside and after other requests; the tokens of a seed may not change.',
  options: seedOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases, options }) => {
    const levels = [CONTROL, ...options.settings.map(settingLevel)];
    return cases.map((testCase) => ({ caseIds: [testCase.id], levels }));
  },
  waves,
  evidenceProblem: (level, counters, requests = []) =>
    batchProblem(level, counters) ??
    counterProblem(counters, { name: 'sampledBelowTop', least: 1, why: 'a token was left to chance' }) ??
    otherSeedProblem(requests),
});

function settingLevel(chosen: Setting): Level {
  return { id: chosen, axis: 'seed', label: LABELS[chosen], reference: 'none', promise: 'bit-equal' };
}

function batchProblem({ id }: Level, counters: Readonly<Record<string, number>>): string | null {
  if (id !== 'beside' && id !== 'same-seed') return null;
  return counterProblem(counters, { name: 'maxActiveRows', least: 2, why: 'requests ran in one step' });
}

const OTHER_SEED = '~seed-';

/** The same prompt with another seed has to give other tokens at least once. */
function otherSeedProblem(requests: readonly RequestObservation[]): string | null {
  const others = requests.filter(({ requestId }) => requestId.includes(OTHER_SEED));
  const same = others.filter((other) => {
    const own = requests.find(({ requestId }) => requestId === other.requestId.split(OTHER_SEED)[0]);
    return own !== undefined && own.text === other.text && own.tokenIds.join() === other.tokenIds.join();
  });
  return others.length > 0 && same.length === others.length
    ? `${others.length} other seeds gave the same output: it is not shown that the seed is used.`
    : null;
}

function waves(input: PerturbationInput<SeedOptions>, cell: CellShape, level: Level): Waves {
  const { cases, generation, options } = input;
  const testCase = onlyCase(cases, cell.caseIds);
  const { temperature, mates } = options;
  const request = (id: string, role: 'probe' | 'mate', from: typeof testCase): PlannedRequest => {
    const prompt = { kind: 'text', text: promptText(from.parts) } as const;
    return { ...plannedRequest(generation, { id, caseId: from.id, role, prompt }), temperature };
  };
  const probe = request(testCase.id, 'probe', testCase);
  const places = Array.from({ length: mates }, (_, place) => place);
  const otherSeeds = places.map((place) => ({
    ...request(`${testCase.id}${OTHER_SEED}${place + 1}`, 'mate', testCase),
    seed: otherSeed(generation.seed, place + 1),
  }));
  if (level.reference === null) return [[probe], ...otherSeeds.map((one) => [one])];
  switch (setting.parse(level.id)) {
    case 'beside':
      return [[...otherSeeds, probe]];
    case 'same-seed': {
      const position = cases.indexOf(testCase);
      const others = places.map((place) =>
        request(`${testCase.id}~mate-${place}`, 'mate', cases[(position + 1 + place) % cases.length]),
      );
      return [[...others, probe], ...otherSeeds.map((one) => [one])];
    }
    case 'after':
      return [otherSeeds, [probe]];
  }
}

/** Large seeds go down, so that they stay exact. */
function otherSeed(own: number, by: number): number {
  return own > by ? own - by : own + by;
}
