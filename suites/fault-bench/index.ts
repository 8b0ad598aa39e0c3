/** Fault bench: seeded faults that the harness must catch, the protocols that must catch them, and the score. @module */
export type { Activation } from './activation.ts';
export { controls, type Control } from './control-registry.ts';
export { faults, faultsNotRun, type Fault, type FaultNotRun } from './fault-registry.ts';
export { promptsOf } from './prompts.ts';
export { GENERATION, protocolOf, protocols, type Protocol } from './protocols.ts';
export { alarmBound, scoreOf, type Trial } from './score.ts';
