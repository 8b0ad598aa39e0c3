/**
 * residue: what is left of a request when its session has been closed.
 *
 * An owner sends a prompt with a canary in a session with little room, so that others push its pages to the host and on to files. The
 * session is closed. The target then looks for the owner's tokens, text and records in every tier, freed pages included, and in the files
 * (it had to find them there before the close: without that nothing is shown). Last a stranger sends the same prompt, canary and all, in a
 * new session and under another salt: no bit may tell that somebody has sent it before, as one would that was written into a table of the
 * memory. At the control the owner has sent something else of equal length.
 * @module
 */
import { z } from 'zod';
import type { Level, PerturbationInput, PlannedRequest } from '../harness/schema/index.ts';
import { distinctCanaries } from './requests/canary.ts';
import { canaryLines, contentOf, otherContent, planted, type Content } from './requests/content.ts';
import { definePerturbation, type CellShape, type Waves } from './requests/define.ts';
import { counterProblem } from './requests/evidence.ts';
import { onlyCase } from './requests/group.ts';
import { plannedRequest } from './requests/request.ts';

const residueOptions = z.strictObject({
  pushers: z
    .int()
    .min(1)
    .max(64)
    .default(3)
    .describe("Other requests of the owner's session, which push its pages out to files."),
  canaryBits: z.int().min(24).max(128).default(40).describe('At least this many random bits in each canary.'),
});
export type ResidueOptions = z.output<typeof residueOptions>;

const CONTROL: Level = {
  id: 'none',
  axis: 'residue',
  label: 'after a session that said something else',
  reference: null,
  promise: 'bit-equal',
};
const CLOSED: Level = {
  id: 'closed',
  axis: 'residue',
  label: 'after a session that said the same, and was closed',
  reference: 'none',
  promise: 'content-independent',
};

export const residue = definePerturbation<ResidueOptions>({
  id: 'residue',
  title: 'Residue',
  what: 'Closes a session and looks for what a request has left in memory, tiers and files; nothing may be there, and no later bit may depend on it.',
  options: residueOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases }) => cases.map((testCase) => ({ caseIds: [testCase.id], levels: [CONTROL, CLOSED] })),
  sessions: () => 'one-per-wave',
  knobs: (_level, input, cell) => ({
    hotTokens: ownerTokens(input, cell).length + input.generation.maxTokens,
    warmTier: 'tight',
    coldTier: 'files',
  }),
  waves,
  evidenceProblem: ({ id }, counters) =>
    id !== 'closed'
      ? null
      : (counterProblem(counters, { name: 'spills', least: 1, why: 'a page went to a file' }) ??
        counterProblem(counters, { name: 'residueFilesBefore', least: 1, why: 'files were looked at' }) ??
        counterProblem(counters, {
          name: 'residueFoundBefore',
          least: 1,
          why: 'the search finds what is there: it has to find the owner before the close',
        })),
});

/** Two sessions: the owner among its pushers, and the stranger. */
function waves(input: PerturbationInput<ResidueOptions>, cell: CellShape, level: Level): Waves {
  const { cases, options, generation, tokenizer, rng } = input;
  const testCase = onlyCase(cases, cell.caseIds);
  const content = contentOf(testCase, tokenizer);
  const { canaries, lines } = canariesOf(input, cell);
  const other = (label: string): Content =>
    otherContent(content, { cases, unitCaseIds: cell.caseIds }, rng.fork(`${testCase.id}/${label}`), tokenizer);
  const request = (end: string, own: Content, line: readonly number[], canary: string | undefined): PlannedRequest => ({
    ...plannedRequest(generation, {
      id: `${testCase.id}${end}`,
      caseId: testCase.id,
      role: end === '' ? 'probe' : 'mate',
      prompt: { kind: 'tokens', tokenIds: planted(own, line, tokenizer) },
      ...(canary === undefined ? {} : { canary }),
    }),
    cacheSalt: end === '' ? 'stranger' : end,
    scoreLastPositions: 0,
    promptLogits: 'skipped',
  });
  const same = level.reference !== null;
  const owner = request('~owner', same ? content : other('owner'), lines[same ? 0 : 1], canaries[same ? 0 : 1]);
  const pushers = Array.from({ length: options.pushers }, (_, at) =>
    request(`~pusher-${at}`, other(`pusher-${at}`), lines[1], undefined),
  );
  return [[owner, ...pushers], [request('', content, lines[0], canaries[0])]];
}

function ownerTokens(input: PerturbationInput<ResidueOptions>, cell: CellShape): number[] {
  const content = contentOf(onlyCase(input.cases, cell.caseIds), input.tokenizer);
  return planted(content, canariesOf(input, cell).lines[0], input.tokenizer);
}

/** The first is the stranger's, and at `closed` the owner's; the second is the owner's at the control. */
function canariesOf({ options, rng, tokenizer }: PerturbationInput<ResidueOptions>, { caseIds }: CellShape) {
  const canaries = distinctCanaries(rng, [`${caseIds[0]}/asked`, `${caseIds[0]}/other`], options.canaryBits);
  return { canaries, lines: canaryLines(canaries, tokenizer) };
}
