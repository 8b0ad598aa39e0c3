/** Tables of an export as Parquet. @module */
export { renderParquet } from './render.ts';
