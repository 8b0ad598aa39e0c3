/**
 * Lanes of the bench: seeds dealt out to worker threads, since a seed's checkpoint and clean results are shared by all its trials.
 * From TypeScript sources, where a worker cannot start, one lane in this thread.
 * @module
 */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../ports/index.ts';
import { runLane, type LaneEvents, type LaneWork } from './lane.ts';
import type { LaneMessage } from './messages.ts';

export interface LanesInput extends LaneWork {
  readonly lanes: number;
  readonly clock: Clock;
  readonly events: LaneEvents;
  readonly signal: AbortSignal;
}

/** Resolves when all trials are done or the signal was given. @throws what a lane throws */
export async function runLanes({ agenda, lanes, clock, events, signal }: LanesInput): Promise<void> {
  if (import.meta.url.endsWith('.ts')) return runLane({ agenda }, clock, events, signal);
  const count = Math.min(lanes, agenda.length);
  const dealt = Array.from({ length: count }, (_, lane) => agenda.filter((_seed, at) => at % count === lane));
  await Promise.all(dealt.map((own) => runWorker({ agenda: own }, events, signal)));
}

function runWorker(work: LaneWork, events: LaneEvents, signal: AbortSignal): Promise<void> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: work });
  return new Promise<void>((resolve, reject) => {
    const stop = (): void => void worker.terminate().then(() => resolve());
    signal.addEventListener('abort', stop, { once: true });
    worker.on('error', reject);
    worker.on('message', (message: LaneMessage) => {
      switch (message.kind) {
        case 'trial':
          return events.onTrial(message.trial);
        case 'unclean':
          return events.onUnclean(message.protocol, message.seed, message.why);
        case 'done':
          signal.removeEventListener('abort', stop);
          return stop();
      }
    });
  });
}
