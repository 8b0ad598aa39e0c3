/**
 * One planned request, from the generation settings and what the perturbation decides.
 * @module
 */
import type { GenerationSettings, PlannedRequest } from '../../harness/schema/index.ts';

export interface RequestParts {
  readonly id: string;
  readonly caseId: string;
  readonly role: 'probe' | 'mate';
  readonly prompt: PlannedRequest['prompt'];
  readonly canary?: string;
  readonly forcedFromLevel?: string | null;
}

/** Mates are never compared, so their logits are not kept. */
export function plannedRequest(generation: GenerationSettings, parts: RequestParts): PlannedRequest {
  return {
    id: parts.id,
    caseId: parts.caseId,
    role: parts.role,
    prompt: parts.prompt,
    maxTokens: generation.maxTokens,
    temperature: generation.temperature,
    seed: generation.seed,
    canary: parts.canary ?? null,
    scoreLastPositions: parts.role === 'probe' ? generation.scoreLastPositions : 0,
    forcedFromLevel: parts.forcedFromLevel ?? null,
  };
}
