/** Configuration: define, discover, load, resolve; and the case files that it names. @module */
export { defineConfig } from './define.ts';
export {
  configSchema,
  REPORT_MAX_BYTES,
  REPORTER_NAMES,
  type Config,
  type EndpointTargetConfig,
  type PerturbationOptions,
  type ReferenceEngineTargetConfig,
  type ResolvedConfig,
  type TargetConfig,
} from './config-schema.ts';
export { CONFIG_EXTENSIONS, discoverConfig } from './discover.ts';
export { readConfigFile } from './read.ts';
export { resolveConfig, type ConfigOverrides, type ResolveOptions } from './resolve.ts';
export { loadConfig, type LoadConfigOptions, type LoadedConfig } from './load.ts';
export { loadCases, type LoadCasesOptions } from './cases.ts';
export {
  CONFIG_VARIABLES,
  isCi,
  PROGRAM_VARIABLES,
  valuesFromEnvironment,
  type EnvironmentValues,
} from './environment.ts';
export { readEnvFiles } from './env-file.ts';
export { sourcedValues, type SourcedValue } from './sources.ts';
export { nearestName } from './nearest.ts';
export { loadPolicy } from './policy-file.ts';
