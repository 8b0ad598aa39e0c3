/**
 * A target for a fixture server, and jobs for it: what the tests of the endpoint, the probe and the dialects share.
 * @module
 */
import type { Capability, LevelJob, PlannedRequest, RequestObservation, Target } from '../../harness/schema/index.ts';
import { createEndpointTarget, type EndpointOptions } from '../../harness/targets/index.ts';

function endpointOptions(baseUrl: string, change: Partial<EndpointOptions> = {}): EndpointOptions {
  return {
    id: 'endpoint',
    api: 'openai-completions',
    baseUrl,
    model: null,
    apiKey: null,
    dialect: 'auto',
    tokenizer: 'text',
    topLogprobs: 5,
    waves: 'simultaneous',
    timeoutMs: 5_000,
    answerBytesMax: 10_000_000,
    attemptsMax: 3,
    waitMsMax: 1_000,
    declared: {},
    nonce: 'test-nonce',
    ...change,
  };
}

export const targetOf = (baseUrl: string, change: Partial<EndpointOptions> = {}): Target =>
  createEndpointTarget(endpointOptions(baseUrl, change));

export function plannedRequest(id: string, text: string, change: Partial<PlannedRequest> = {}): PlannedRequest {
  return {
    id,
    caseId: id,
    role: 'probe',
    prompt: { kind: 'text', text },
    maxTokens: 4,
    temperature: 0,
    seed: 3,
    canary: null,
    scoreLastPositions: 0,
    forcedFromLevel: null,
    ...change,
  };
}

export function levelJob(waves: LevelJob['waves'], change: Partial<LevelJob> = {}): LevelJob {
  return {
    unitId: 'u-0000000000000000',
    levelId: 'none',
    precision: 'target-default',
    sessions: 'one',
    waves,
    ...change,
  };
}

export async function runJob(
  target: Target,
  job: LevelJob,
): Promise<{ requests: readonly RequestObservation[]; counters: Readonly<Record<string, number>> }> {
  const { record } = await target.runLevel(job, { lane: 0, forced: new Map() });
  return record;
}

/** The capabilities that a target describes: state and evidence by id. */
export async function capabilitiesOf(
  target: Target,
): Promise<Readonly<Record<string, Pick<Capability, 'state' | 'evidence'>>>> {
  const { endpoint } = await target.describe();
  return Object.fromEntries((endpoint?.capabilities ?? []).map(({ id, state, evidence }) => [id, { state, evidence }]));
}
