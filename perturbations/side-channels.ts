/**
 * side-channels: does a server show to anybody what others have said, beside its answers?
 *
 * Owners send prompts with a canary each, then a stranger sends its own. While the owners are served, and after each wave, the target
 * provokes errors (malformed JSON, wrong types, an unknown model, a prompt that is too long) and reads routes about the server: no body may hold
 * a canary. At the control the owners say something else at equal lengths, so that no bit of the stranger's answer may differ either.
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

const sideChannelOptions = z.strictObject({
  owners: z.int().min(1).max(63).default(2).describe('Requests with a canary that are served together.'),
  canaryBits: z.int().min(24).max(128).default(40).describe('At least this many random bits in each canary.'),
});
export type SideChannelOptions = z.output<typeof sideChannelOptions>;

const CONTROL: Level = {
  id: 'none',
  axis: 'side-channels',
  label: 'others say something else',
  reference: null,
  promise: 'bit-equal',
};
const READ: Level = {
  id: 'read',
  axis: 'side-channels',
  label: 'errors and side routes read',
  reference: 'none',
  promise: 'content-independent',
};

export const sideChannels = definePerturbation<SideChannelOptions>({
  id: 'side-channels',
  title: 'Side channels',
  what: 'Provokes errors and reads routes about the server while others are served; no body may hold what they have said, and no bit may depend on it.',
  options: sideChannelOptions,
  requestRetry: 'forbidden',
  shapes: ({ cases }) => cases.map((testCase) => ({ caseIds: [testCase.id], levels: [CONTROL, READ] })),
  knobs: () => ({ sideChannels: true }),
  waves,
  evidenceProblem: ({ id }, counters) =>
    id !== 'read'
      ? null
      : (counterProblem(counters, { name: 'sideErrors', least: 1, why: 'an error was provoked' }) ??
        counterProblem(counters, {
          name: 'sidePlantedFound',
          least: 1,
          why: 'the search finds a canary that is there',
        })),
});

/** The owners, then the stranger. */
function waves(input: PerturbationInput<SideChannelOptions>, cell: CellShape, level: Level): Waves {
  const { cases, options, generation, tokenizer, rng } = input;
  const testCase = onlyCase(cases, cell.caseIds);
  const content = contentOf(testCase, tokenizer);
  const labels = Array.from({ length: 2 * options.owners }, (_, at) => `${testCase.id}/${at}`);
  const canaries = distinctCanaries(rng, labels, options.canaryBits);
  const lines = canaryLines(canaries, tokenizer);
  const other = (label: string): Content =>
    otherContent(content, { cases, unitCaseIds: cell.caseIds }, rng.fork(`${testCase.id}/${label}`), tokenizer);
  const request = (end: string, own: Content, at: number | null): PlannedRequest => ({
    ...plannedRequest(generation, {
      id: `${testCase.id}${end}`,
      caseId: testCase.id,
      role: end === '' ? 'probe' : 'mate',
      prompt: { kind: 'tokens', tokenIds: planted(own, at === null ? [] : lines[at], tokenizer) },
      ...(at === null ? {} : { canary: canaries[at] }),
    }),
    scoreLastPositions: 0,
    promptLogits: 'skipped',
  });
  const first = level.reference === null ? options.owners : 0;
  const owners = Array.from({ length: options.owners }, (_, at) =>
    request(`~owner-${at}`, other(`${level.id}-${at}`), first + at),
  );
  return [owners, [request('', content, null)]];
}
