/**
 * Details of units, inflated when they are asked for: from elements of the page, or from files beside it.
 * @module
 */
import type { UnitDetail } from '../../unit-index.ts';
import { inflate } from './inflate.ts';

/** Inflated chunks that are kept, some megabytes: going back and forth between units must not inflate again. */
const KEPT = 12;

export interface ChunkStore {
  /** @throws Error in words for the reader, when the file that should stand beside the page is not there */
  unit(chunk: number, unitId: string): Promise<UnitDetail>;
}

export function createChunkStore(): ChunkStore {
  const kept = new Map<number, Promise<Map<string, UnitDetail>>>();
  const load = (chunk: number): Promise<Map<string, UnitDetail>> => {
    const loading = kept.get(chunk) ?? inflatedChunk(chunk);
    kept.delete(chunk);
    kept.set(chunk, loading);
    // one that failed is tried again: its file may have been put there since
    loading.catch(() => kept.delete(chunk));
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
    return loading;
  };
  return {
    unit: async (chunk, unitId) => {
      const detail = (await load(chunk)).get(unitId);
      if (detail === undefined) throw new Error(`Chunk ${chunk} does not hold ${unitId}: it is of another report.`);
      return detail;
    },
  };
}

async function inflatedChunk(chunk: number): Promise<Map<string, UnitDetail>> {
  const inside = document.getElementById(`chunk-${chunk}`);
  const details = JSON.parse(await inflate(inside?.textContent ?? (await textBeside(chunk)))) as UnitDetail[];
  return new Map(details.map((detail) => [detail.unitId, detail]));
}

declare global {
  interface Window {
    /** Called by the files beside the page. */
    evenkeelChunk?: (chunk: number, base64: string) => void;
  }
}

const arrived = new Map<number, string>();

/** A page from file:// may not fetch; it may run a script that lies beside it. */
function textBeside(chunk: number): Promise<string> {
  window.evenkeelChunk = (number, base64) => arrived.set(number, base64);
  const name = `data/chunk-${chunk}.js`;
  return new Promise((resolve, reject) => {
    const missing = (): void =>
      reject(
        new Error(
          `${name} is not beside this page: the details of this unit are in it. Keep the folder data with the report.`,
        ),
      );
    const script = document.createElement('script');
    script.src = name;
    script.addEventListener('error', missing);
    script.addEventListener('load', () => {
      const text = arrived.get(chunk);
      arrived.delete(chunk);
      script.remove();
      if (text === undefined) missing();
      else resolve(text);
    });
    document.head.append(script);
  });
}
