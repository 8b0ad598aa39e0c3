/** Gate: findings and a policy in, a verdict out; two results in, a comparison out. @module */
export { snapshot, type SnapshotInput } from './baseline/snapshot.ts';
export { placeOfKey } from './bounds.ts';
export { compare, type CompareInput, type CompareSide } from './comparison/compare.ts';
export { metricBound } from './metric-bounds.ts';
export { judge, type JudgeInput } from './verdict.ts';
