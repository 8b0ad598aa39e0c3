/** The checks of the gate as JUnit XML, for CI systems. @module */
export { renderJunit } from './render.ts';
