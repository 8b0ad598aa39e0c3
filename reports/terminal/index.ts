/** Terminal report. @module */
export { renderTerminal } from './render.ts';
export type { TerminalOptions } from './render.ts';
