import { expect, it } from 'vitest';
import { e4m3Values, expStepTable } from '../../../../engine/formats/index.ts';
import { SharedHeap } from '../../../../engine/kernels/wasm/heap.ts';
import { instantiateKernels } from '../../../../engine/kernels/wasm/module.ts';

it('the module has the tables of portable math and of the formats, bit for bit', () => {
  const heap = new SharedHeap();
  const { expTable, e4m3Table } = instantiateKernels(heap);
  const { buffer } = heap.memory;
  expect(new BigUint64Array(buffer, expTable.value, 64)).toEqual(new BigUint64Array(expStepTable.slice().buffer));
  expect(new Uint32Array(buffer, e4m3Table.value, 256)).toEqual(new Uint32Array(e4m3Values.slice().buffer));
});

it('another instance over a memory in use changes no byte of it: other threads are computing there', () => {
  const heap = new SharedHeap();
  instantiateKernels(heap);
  const before = new Uint8Array(heap.memory.buffer).slice();
  instantiateKernels(new SharedHeap(heap.memory));
  expect(new Uint8Array(heap.memory.buffer)).toEqual(before);
  const { expTable } = instantiateKernels(heap);
  const table = new Float64Array(heap.memory.buffer, expTable.value, 64);
  table.fill(0);
  instantiateKernels(heap);
  expect(table).toEqual(expStepTable);
});
