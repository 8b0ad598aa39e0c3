/**
 * A perturbation from its two decisions: which cells there are, and the waves of requests of one level. The rest (cost, job) is the
 * same for all and follows from these.
 * @module
 */
import type { z } from 'zod';
import type {
  Cell,
  Level,
  LevelJob,
  Perturbation,
  PerturbationInput,
  PlannedRequest,
  ServingKnobs,
  Tokenizer,
} from '../../harness/schema/index.ts';

export type CellShape = Omit<Cell, 'cost'>;
export type Waves = readonly (readonly PlannedRequest[])[];

export interface PerturbationParts<Options> {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  readonly options: z.ZodType<Options>;
  /** Case ids and levels of each cell; a level's reference comes before it. */
  readonly shapes: (input: PerturbationInput<Options>) => CellShape[];
  readonly waves: (input: PerturbationInput<Options>, cell: CellShape, level: Level) => Waves;
  readonly precision?: (level: Level) => LevelJob['precision'];
  /** Serving knobs of a level. */
  readonly knobs?: (level: Level, input: PerturbationInput<Options>, cell: CellShape) => ServingKnobs;
  /** Whether waves share state; they do unless said otherwise. */
  readonly sessions?: (level: Level) => LevelJob['sessions'];
  /** `forbidden` where who shares the batch is what is measured; a single request may be sent again otherwise. */
  readonly requestRetry?: LevelJob['requestRetry'];
  readonly evidenceProblem?: Perturbation['evidenceProblem'];
  readonly owesNoCachedTokens?: Perturbation['owesNoCachedTokens'];
  readonly owesCachedTokens?: Perturbation['owesCachedTokens'];
}

export function definePerturbation<Options>(parts: PerturbationParts<Options>): Perturbation<Options> {
  return {
    id: parts.id,
    title: parts.title,
    what: parts.what,
    options: parts.options,
    cells: (input) => {
      const countTokens = promptCounter(input.tokenizer);
      return parts.shapes(input).map((shape) => {
        const requests = shape.levels.flatMap((level) => parts.waves(input, shape, level).flat());
        const tokens = requests.reduce((sum, request) => sum + countTokens(request.prompt) + request.maxTokens, 0);
        return { ...shape, cost: { requests: requests.length, tokens } };
      });
    },
    job: ({ unit, level, ...input }) => ({
      unitId: unit.id,
      levelId: level.id,
      precision: parts.precision?.(level) ?? 'target-default',
      sessions: parts.sessions?.(level) ?? 'one',
      requestRetry: parts.requestRetry ?? 'allowed',
      ...(parts.knobs === undefined ? {} : { knobs: parts.knobs(level, input, unit) }),
      waves: parts.waves(input, unit, level),
    }),
    evidenceProblem: parts.evidenceProblem ?? (() => null),
    ...(parts.owesNoCachedTokens === undefined ? {} : { owesNoCachedTokens: parts.owesNoCachedTokens }),
    ...(parts.owesCachedTokens === undefined ? {} : { owesCachedTokens: parts.owesCachedTokens }),
  };
}

/** Counts a prompt's tokens; the same text is tokenized once. */
function promptCounter(tokenizer: Tokenizer): (prompt: PlannedRequest['prompt']) => number {
  const known = new Map<string, number>();
  return (prompt) => {
    if (prompt.kind === 'tokens') return prompt.tokenIds.length;
    const before = known.get(prompt.text);
    if (before !== undefined) return before;
    const count = tokenizer.encode(prompt.text).length;
    known.set(prompt.text, count);
    return count;
  };
}
