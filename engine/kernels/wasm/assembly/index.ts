/**
 * The hot loops in AssemblyScript: WebAssembly SIMD128, one instruction per operation, no fused multiply-add.
 *
 * Each function's order of float32 operations is the contract in ../../kernels.ts; the plain twins in ../../reference define
 * the bits. Vectors run over outputs, or (dot products, norms) over the four lanes that the contract names; never over a sum's
 * order. Pointers are byte offsets into the imported memory; sizes are element counts; no allocation happens here.
 * @module
 */

// prettier-ignore
// @ts-nocheck: this file is AssemblyScript, compiled by asc

export { matmul, matmulBf16 } from './matmul';
export { rowDots, weightedRows } from './rows';
export { attendBlocks, attendRows, finishWhole } from './attention';
export { expAll } from './exp';
export { expTable, e4m3Table } from './tables';
export { rmsNorm, inverseRms } from './norm';
export { roundBf16, quantiseFp8, quantiseFp4, firstNonFinite } from './rounding';
export { hadamard } from './hadamard';
export { rotate } from './rotate';
export { poolChannels } from './pool';
export { sinkhornMix, sigmoidMix, collapse, spread, scaleRows } from './mixing';
export { swiglu, sumRows, addRows } from './experts';
export { decodeFp4, decodeFp8 } from './records';
export { weighHeads } from './index-scores';
