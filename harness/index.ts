/**
 * The public door of `evenkeel`: configuration, the data model, and the steps of a measurement as functions.
 *
 * The command line is these steps wired together; use it unless you build something of your own.
 * @module
 */
export * from './schema/index.ts';
export {
  ConfigError,
  createRng,
  DataError,
  systemClock,
  TargetError,
  type Clock,
  type Problem,
} from './ports/index.ts';
export {
  defineConfig,
  loadCases,
  loadConfig,
  resolveConfig,
  type Config,
  type LoadedConfig,
  type ResolvedConfig,
} from './config/index.ts';
export { expandPlan, jobFor, planCost, planSha256, type PlanInput } from './plan/index.ts';
export {
  createEndpointTarget,
  createReferenceEngineTarget,
  type EndpointOptions,
  type ModuleAnswer,
  type ModuleRequest,
  type ReferenceEngineOptions,
  type TargetModule,
} from './targets/index.ts';
export { executePlan, unitsToDo, type ExecutePlanInput, type PlanOutcome, type ProgressEvent } from './run/index.ts';
export {
  createRun,
  listRuns,
  openRun,
  openRunFolder,
  type LogIndex,
  type RunFolder,
  type RunListing,
  type RunWriter,
} from './store/index.ts';
export { judge } from './gate/index.ts';
export { measure, type Measurement, type MeasureInput } from './measure/index.ts';
