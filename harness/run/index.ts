/** Executes a plan on a target: lanes, attempts, resume, interruption. @module */
export {
  executePlan,
  unitsToDo,
  type ExecutePlanInput,
  type PlanOutcome,
  type ProgressEvent,
  type RetryRule,
} from './execute-plan.ts';
export { createUnitCache, type UnitCache } from './unit-cache.ts';
export { executeUnit, type ExecuteUnitInput } from './execute-unit.ts';
export { executeCacheTiming } from './execute-cache-timing.ts';
export { executeProfile, type ExecuteProfileInput, type ProfileTaken } from './execute-profile.ts';
