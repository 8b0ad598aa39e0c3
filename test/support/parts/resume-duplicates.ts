/** A request that comes back has its last token twice. @module */
import type { EngineParts } from '../../../engine/index.ts';

export const name = 'resume-duplicates';
const resumeTokens: EngineParts['resumeTokens'] = (prompt, produced) => [...prompt, ...produced, ...produced.slice(-1)];
export const parts = { resumeTokens };
