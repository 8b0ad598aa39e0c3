/** Units: what a run's units returned, packed for the explorer of the HTML report. @module */
export { isSidecarName, packUnits, type UnitsInput } from './pack.ts';
