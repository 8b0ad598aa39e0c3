/** Diagnosis of a difference: where it begins, which factor moves it, and the smallest pair that shows it. What is run is passed in. @module */
export { attribute, type AttributeOptions, type Factor } from './attribute.ts';
export { atomId, compositionElements, type Atom, type CompositionInput } from './composition.ts';
export { jobElements, samePrompt, type SharedPrompt } from './job-elements.ts';
export {
  STAGE,
  standalone,
  watchedRequest,
  withMaxTokens,
  type JobPair,
  type PairElement,
  type Shrinkable,
} from './job-pair.ts';
export { blame, locate, type TracedRequest, type TracedResult } from './locate.ts';
export { noiseModelOf, sequentialProbe, type NoiseModel, type ProbeOutcome } from './sequential-probe.ts';
export { shrink, type ShrinkElement, type Shrunk } from './shrink.ts';
export { differenceKindOf, differenceOf, differs, type SideDifference, type Sides } from './sides.ts';
