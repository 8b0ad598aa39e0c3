/** The terminal report. @module */
export { renderTerminal, type TerminalOptions } from './render-terminal.ts';
