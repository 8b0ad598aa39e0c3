/**
 * The registry of suites, in tree order. A new suite is one folder, one line here and one mirrored test.
 * @module
 */
import { countAgreement, determinismSuite } from './determinism/index.ts';
import { driftSuite } from './drift/index.ts';
import { leakageSuite } from './leakage/index.ts';

export const suites = [determinismSuite, driftSuite, leakageSuite] as const;

export { countAgreement, determinismSuite, driftSuite, leakageSuite };
