/**
 * The registry of perturbations, in tree order. A new one is a file here, a line here, and a mirrored test; the contract test runs
 * over every member.
 * @module
 */
import type { Perturbation } from '../harness/schema/index.ts';
import { arrival } from './arrival.ts';
import { batchContent } from './batch-content.ts';
import { batchSize } from './batch-size.ts';
import { boundaryLength } from './boundary-length.ts';
import { cachePolicy } from './cache-policy.ts';
import { cacheSalt } from './cache-salt.ts';
import { chunkSize } from './chunk-size.ts';
import { concurrency } from './concurrency.ts';
import { memory } from './memory.ts';
import { needle } from './needle.ts';
import { precision } from './precision.ts';
import { prefillDecode } from './prefill-decode.ts';
import { priorContent } from './prior-content.ts';
import { promptOrder } from './prompt-order.ts';
import { repeat } from './repeat.ts';
import { requestOrder } from './request-order.ts';
import { residue } from './residue.ts';
import { restart } from './restart.ts';
import { schedule } from './schedule.ts';
import { seed } from './seed.ts';
import { sideChannels } from './side-channels.ts';
import { speculative } from './speculative.ts';
import { streaming } from './streaming.ts';
import { tokenization } from './tokenization.ts';
import { truncation } from './truncation.ts';

export { counterProblem } from './requests/evidence.ts';
export { arrival } from './arrival.ts';
export { batchContent } from './batch-content.ts';
export { batchSize } from './batch-size.ts';
export { boundaryLength } from './boundary-length.ts';
export { cachePolicy } from './cache-policy.ts';
export { cacheSalt } from './cache-salt.ts';
export { chunkSize } from './chunk-size.ts';
export { concurrency } from './concurrency.ts';
export { memory } from './memory.ts';
export { needle } from './needle.ts';
export { precision } from './precision.ts';
export { prefillDecode } from './prefill-decode.ts';
export { priorContent } from './prior-content.ts';
export { promptOrder } from './prompt-order.ts';
export { repeat } from './repeat.ts';
export { requestOrder } from './request-order.ts';
export { residue } from './residue.ts';
export { restart } from './restart.ts';
export { schedule } from './schedule.ts';
export { seed } from './seed.ts';
export { sideChannels } from './side-channels.ts';
export { speculative } from './speculative.ts';
export { streaming } from './streaming.ts';
export { tokenization } from './tokenization.ts';
export { truncation } from './truncation.ts';
export { promptText } from './requests/prompt.ts';

const members: readonly Perturbation[] = [
  arrival,
  batchContent,
  batchSize,
  boundaryLength,
  cachePolicy,
  cacheSalt,
  chunkSize,
  concurrency,
  memory,
  needle,
  precision,
  prefillDecode,
  priorContent,
  promptOrder,
  repeat,
  requestOrder,
  residue,
  restart,
  schedule,
  seed,
  sideChannels,
  speculative,
  streaming,
  tokenization,
  truncation,
];

/** Options differ from member to member: a caller parses them with the member's own schema and hands them back to the same member. */
export const perturbations = members as readonly Perturbation<never>[];

/** The options schema of each perturbation by id, as `resolveConfig` takes them. */
export const perturbationOptions: Readonly<Record<string, Perturbation['options']>> = Object.fromEntries(
  members.map((member) => [member.id, member.options]),
);
