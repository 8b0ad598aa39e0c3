/**
 * Small inputs for perturbation and plan tests: cases, two tokenizers, a way to expand a perturbation without a plan.
 * @module
 */
import fc from 'fast-check';
import { createRng } from '../../harness/ports/index.ts';
import type {
  Case,
  CasePart,
  Cell,
  GenerationSettings,
  Level,
  LevelJob,
  Perturbation,
  PerturbationInput,
  PlannedRequest,
  Tokenizer,
  Unit,
} from '../../harness/schema/index.ts';

/** One token of each byte. */
export const byteTokenizer: Tokenizer = {
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (tokenIds) => new TextDecoder().decode(Uint8Array.from(tokenIds)),
};

/** A begin token before every text and one token for some pairs of bytes, over word borders too: what a real tokenizer does. */
export const pairTokenizer: Tokenizer = {
  encode: (text) => {
    const bytes = new TextEncoder().encode(text);
    const tokens = [BEGIN];
    for (let at = 0; at < bytes.length; at++) {
      const pair = PAIRS.indexOf(String.fromCharCode(bytes[at], bytes[at + 1] ?? 0));
      tokens.push(pair >= 0 ? FIRST_PAIR + pair : bytes[at]);
      if (pair >= 0) at++;
    }
    return tokens;
  },
  decode: (tokenIds) => {
    const bytes = tokenIds.flatMap((id) =>
      id === BEGIN
        ? []
        : id >= FIRST_PAIR
          ? [...PAIRS[id - FIRST_PAIR]].map((character) => character.charCodeAt(0))
          : [id],
    );
    return new TextDecoder().decode(Uint8Array.from(bytes));
  },
};
export const BEGIN = 300;
const FIRST_PAIR = 301;
const PAIRS = ['\nQ', 'ro', 'is', 'e ', 'an', '. '];

export const generation: GenerationSettings = { maxTokens: 4, temperature: 0, seed: 7, scoreLastPositions: 8 };

export function sampleCase(id: string, ...parts: readonly (readonly [CasePart['label'], string])[]): Case {
  return { id, tags: [], parts: parts.map(([label, text]) => ({ label, text })) };
}

/** Cases of unequal lengths with rules, exemplars and a query. */
export function sampleCases(count: number): Case[] {
  return Array.from({ length: count }, (_, index) =>
    sampleCase(
      `case-${index}`,
      ['instruction', `Write a row about item ${index}${'.'.repeat(index % 5)}`],
      ['rule', 'Rule: keep it short.'],
      ['exemplar', `row ${index * 7}`],
      ['rule', `Rule: at most ${index + 2} words.`],
      ['exemplar', `row ${index * 9 + 1}, rose`],
      ['rule', 'Rule: no names.'],
      ['query', `Query ${index}:`],
    ),
  );
}

export function inputOf<Options>(
  perturbation: Perturbation<Options>,
  cases: readonly Case[],
  options: unknown = {},
  tokenizer: Tokenizer = byteTokenizer,
): PerturbationInput<Options> {
  return {
    cases,
    options: perturbation.options.parse(options),
    generation,
    tokenizer,
    rng: createRng(`seed/${perturbation.id}`),
  };
}

function unitOf(perturbation: { readonly id: string }, cell: Cell): Unit {
  return { id: 'u-0000000000000000', perturbation: perturbation.id, seed: `seed/${perturbation.id}`, ...cell };
}

export interface Expanded {
  readonly unit: Unit;
  readonly level: Level;
  readonly job: LevelJob;
}

/** Every level of every cell with its job. */
export function expand<Options>(perturbation: Perturbation<Options>, input: PerturbationInput<Options>): Expanded[] {
  return perturbation.cells(input).flatMap((cell) => {
    const unit = unitOf(perturbation, cell);
    return unit.levels.map((level) => ({ unit, level, job: perturbation.job({ ...input, unit, level }) }));
  });
}

export function requestsOf(job: LevelJob): PlannedRequest[] {
  return job.waves.flat();
}

export function promptTokens(request: PlannedRequest, tokenizer: Tokenizer = byteTokenizer): readonly number[] {
  return request.prompt.kind === 'tokens' ? request.prompt.tokenIds : tokenizer.encode(request.prompt.text);
}

export function promptOf(request: PlannedRequest, tokenizer: Tokenizer = byteTokenizer): string {
  return request.prompt.kind === 'text' ? request.prompt.text : tokenizer.decode(request.prompt.tokenIds);
}

const label = fc.constantFrom(
  'instruction',
  'schema',
  'rule',
  'constraint',
  'exemplar',
  'record',
  'context',
  'query' as const,
);

/** Any cases: labels in any order, texts short and often equal, ids different. */
export const anyCases: fc.Arbitrary<Case[]> = fc
  .array(
    fc.array(
      fc.record({ label, text: fc.oneof(fc.constantFrom('a', 'b', 'rose is. '), fc.string({ minLength: 1 })) }),
      { minLength: 1, maxLength: 7 },
    ),
    {
      minLength: 1,
      maxLength: 7,
    },
  )
  .map((all) => all.map((parts, index): Case => ({ id: `c${index}`, tags: [], parts })));
