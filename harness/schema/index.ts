/** The one data model: every record on disk or on a wire, and the plug-in shapes. @module */
export * from './scalars.ts';
export * from './case.ts';
export * from './plan.ts';
export * from './serving-knobs.ts';
export * from './observation.ts';
export * from './finding.ts';
export * from './policy.ts';
export * from './verdict.ts';
export * from './baseline.ts';
export * from './comparison.ts';
export * from './cache-entry.ts';
export * from './manifest.ts';
export * from './repro.ts';
export * from './diagnosis.ts';
export * from './plug-ins.ts';
export * from './records.ts';
export { jsonSchemaOf, type JsonSchema } from './json-schema.ts';
export { upgradeRecord, type Upgraded } from './upgrade/upgrade.ts';
