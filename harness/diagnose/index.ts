/** Diagnosis of a difference: where it begins, which factor moves it, and the smallest pair that shows it. Pure but for its probes. @module */
export { blame, locate, type TracedRequest, type TracedResult } from './locate.ts';
export { differenceKindOf, differenceOf, differs, type SideDifference, type Sides } from './sides.ts';
