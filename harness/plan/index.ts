/** From cases and perturbations to units with stable ids, and back to the requests of one level. Pure. @module */
export { expandPlan, jobFor, planCost, planSha256, type ChosenPerturbation, type PlanInput } from './expand.ts';
export { costByPerturbation, plannedChecks, type PlannedCheck } from './planned-checks.ts';
export { assignShards, unitsOfShard } from './shards.ts';
export { casesSha256 } from './unit-id.ts';
export { canonicalJson } from './canonical-json.ts';
export { digestOf } from './digest.ts';
