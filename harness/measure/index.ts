/** Measurements: from a target and cases to findings and a verdict, in memory, and findings from a log. @module */
export { findingsFrom, type FindingsInput } from './findings.ts';
export { findingsInMemory, measure, type Measurement, type MeasureInput } from './measure.ts';
