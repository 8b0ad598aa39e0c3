/**
 * A lane in a worker thread. The thread starts at the first question; one that dies fails the question in hand and is started again
 * at the next.
 * @module
 */
import { Worker } from 'node:worker_threads';
import { TargetError } from '../../ports/index.ts';
import type { Lane } from './lane.ts';
import type { LaneAnswer, LaneQuestion } from './messages.ts';
import type { ReferenceEngineOptions } from './options.ts';

interface Waiting {
  readonly resolve: (answer: LaneAnswer) => void;
  readonly reject: (error: TargetError) => void;
}

/** @param script - URL of the compiled worker.ts */
export function createWorkerLane(options: ReferenceEngineOptions, script: URL): Lane {
  let worker: Worker | null = null;
  let waiting: Waiting[] = [];

  const lose = (lost: Worker, got: string, cause?: unknown): void => {
    if (worker !== lost) return;
    worker = null;
    const problem = {
      code: 'TARGET_LANE_LOST',
      at: `${options.id}, worker thread`,
      expected: 'an answer',
      got,
      hint: 'The thread is started again for the next attempt.',
    };
    const unanswered = waiting;
    waiting = [];
    for (const { reject } of unanswered) reject(new TargetError(cause === undefined ? problem : { ...problem, cause }));
  };
  const start = (): Worker => {
    const started = new Worker(script, { workerData: options });
    started.on('message', (answer: LaneAnswer) => waiting.shift()?.resolve(answer));
    started.on('error', (error) => lose(started, `the error ${String(error)}`, error));
    started.on('exit', (code) => lose(started, `the thread's end with code ${code}`));
    return started;
  };
  const ask = (question: LaneQuestion): Promise<LaneAnswer> =>
    new Promise((resolve, reject) => {
      worker ??= start();
      waiting.push({ resolve, reject });
      worker.postMessage(question);
    });

  return {
    describe: async () => {
      const answer = await ask({ kind: 'describe' });
      return answer.kind === 'description' ? answer.description : unexpected(answer);
    },
    share: async () => {
      const answer = await ask({ kind: 'share' });
      return answer.kind === 'shared' ? answer.shared : unexpected(answer);
    },
    adopt: async (shared) => {
      const answer = await ask({ kind: 'adopt', shared });
      if (answer.kind !== 'adopted') unexpected(answer);
    },
    runLevel: async (job, forced) => {
      const answer = await ask({ kind: 'run-level', job, forced });
      return answer.kind === 'level' ? answer.result : unexpected(answer);
    },
    timeLevel: async (job) => {
      const answer = await ask({ kind: 'time-level', job });
      return answer.kind === 'timed' ? answer.timed : unexpected(answer);
    },
    close: async () => {
      const running = worker;
      if (running === null) return;
      lose(running, 'the end of the run');
      await running.terminate();
    },
  };
}

function unexpected(answer: LaneAnswer): never {
  if (answer.kind === 'problem') throw new TargetError(answer.problem);
  throw new Error(`invariant: a worker answered ${answer.kind} to another question`);
}
