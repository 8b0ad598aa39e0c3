/**
 * The seeded faults by name, and the module that holds each one's parts.
 * @module
 */
import { faults, type Fault } from '../../suites/fault-bench/index.ts';

export const faultRegistry: readonly Fault[] = faults;
