/** The terminal report: tables and the verdict in 80 columns. @module */
export { renderTerminal } from './render.ts';
export type { TerminalOptions } from './render.ts';
