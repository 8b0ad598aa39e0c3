/** CycloneDX 1.7 ML-BOM. @module */
export { renderCyclonedx } from './render.ts';
