/**
 * The far side of a bench lane: does its work and tells each trial. Started by lanes.ts.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../ports/index.ts';
import { runLane, type LaneWork } from './lane.ts';
import type { LaneMessage } from './messages.ts';

const port = parentPort;
if (port === null) throw new Error('invariant: worker.ts runs in a worker thread');
const tell = (message: LaneMessage): void => port.postMessage(message);

await runLane(
  workerData as LaneWork,
  systemClock,
  {
    onTrial: (trial) => tell({ kind: 'trial', trial }),
    onUnclean: (protocol, seed, why) => tell({ kind: 'unclean', protocol, seed, why }),
  },
  new AbortController().signal,
);
tell({ kind: 'done' });
