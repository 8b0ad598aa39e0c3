/** View model: records in, what every report renders out. @module */
export { buildView } from './build-view.ts';
export { summariseUnits, type UnitSummary, type ViewInput } from './context.ts';
