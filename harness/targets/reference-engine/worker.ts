/**
 * The far side of a worker lane: answers questions one after another with engines of its own. Started by worker-lane.ts.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import { laneProblem } from './lane-errors.ts';
import { createLaneRunner } from './lane-runner.ts';
import type { LaneAnswer, LaneQuestion } from './messages.ts';
import type { ReferenceEngineOptions } from './options.ts';

const port = parentPort;
if (port === null) throw new Error('invariant: worker.ts runs in a worker thread');
const runner = createLaneRunner(workerData as ReferenceEngineOptions, () => Promise.resolve());

port.on('message', (question: LaneQuestion) => {
  void answer(question).then(({ reply, transfer }) => port.postMessage(reply, transfer));
});

async function answer(question: LaneQuestion): Promise<{ reply: LaneAnswer; transfer: ArrayBuffer[] }> {
  try {
    if (question.kind === 'describe')
      return { reply: { kind: 'description', description: await runner.describe() }, transfer: [] };
    if (question.kind === 'share') return { reply: { kind: 'shared', shared: await runner.share() }, transfer: [] };
    if (question.kind === 'adopt') {
      await runner.adopt(question.shared);
      return { reply: { kind: 'adopted' }, transfer: [] };
    }
    if (question.kind === 'time-level')
      return { reply: { kind: 'timed', timed: await runner.timeLevel(question.job) }, transfer: [] };
    const result = await runner.runLevel(question.job, question.forced);
    return { reply: { kind: 'level', result }, transfer: result.blobs.map(({ bytes }) => bytes.buffer as ArrayBuffer) };
  } catch (error) {
    return { reply: { kind: 'problem', problem: laneProblem(error, 'worker') }, transfer: [] };
  }
}
