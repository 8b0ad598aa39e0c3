/**
 * One level with a clock: waves that bring the cache into its state, then the timed wave, step by step.
 *
 * The session has no clock and is told of none; what is timed is what it does between two calls. Neither logits nor prompt scores are
 * asked for, so that a token costs what it costs a server. Bytes are counted from the record formats, and from counters.
 * @module
 */
import { snapshotBytes, type Engine, type Session } from '../../../engine/index.ts';
import type { Clock } from '../../ports/index.ts';
import type { LevelJob, PlannedRequest, TimedLevel, TimedRequest, Tokenizer } from '../../schema/index.ts';

export interface TimeLevelInput {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  readonly job: LevelJob;
  readonly clock: Pick<Clock, 'nowMs'>;
}

type Served = ReturnType<Session['submit']>;
type Counters = Readonly<Record<string, number>>;

export function timeLevel({ engine, tokenizer, job, clock }: TimeLevelInput): TimedLevel {
  const session = engine.openSession();
  try {
    const last = job.waves.length - 1;
    for (const wave of job.waves.slice(0, last)) {
      for (const request of wave) submit(session, tokenizer, request);
      while (!session.idle) session.tick();
    }
    return timeWave(session, tokenizer, job.waves[last], clock);
  } finally {
    session.close();
  }
}

function timeWave(
  session: Session,
  tokenizer: Tokenizer,
  wave: readonly PlannedRequest[],
  clock: Pick<Clock, 'nowMs'>,
): TimedLevel {
  const { layout } = session.cache.pool;
  const before: Counters = { ...session.counters };
  const pieceMs = wave.map((): number[] => []);
  const startMs = clock.nowMs();
  const served = wave.map((request, index) =>
    submit(session, tokenizer, request, () => pieceMs[index].push(clock.nowMs() - startMs)),
  );
  const heldBytes = new Map<Served, number>();
  let stateBytes = 0;
  let afterPrefill: Counters | null = null;
  let inStep = true;
  while (!session.idle) {
    session.tick();
    // counted between two steps: a piece's time is taken inside of its own
    for (const one of served) {
      if (heldBytes.has(one) || one.tokenIds.length === 0 || one.state === null) continue;
      // of one model, all states are equally long
      stateBytes = snapshotBytes(one.state);
      heldBytes.set(one, one.state.pages.length * layout.pageBytes + stateBytes);
    }
    if (afterPrefill !== null || heldBytes.size === 0) continue;
    if (heldBytes.size === served.length) afterPrefill = { ...session.counters };
    else inStep = false;
  }
  const after: Counters = { ...session.counters };
  const entryBytes = layout.records.entry.pageBytes(1);
  const more = (name: string, since: Counters): number => (after[name] ?? 0) - (since[name] ?? 0);
  return {
    requests: served.map((one, index): TimedRequest => {
      return {
        requestId: wave[index].id,
        promptTokens: one.request.prompt.length,
        cachedTokens: one.cachedTokens,
        completionTokens: one.tokenIds.length,
        pieceMs: pieceMs[index],
      };
    }),
    counters: {
      ...difference(before, after),
      cachedTokens: served.reduce((sum, { cachedTokens }) => sum + cachedTokens, 0),
    },
    bytes: {
      kind: 'measured',
      held: [...heldBytes.values()].reduce((sum, bytes) => sum + bytes, 0),
      // prefill and decode in one step cannot be told apart
      read: afterPrefill === null || !inStep ? null : more('entriesRead', afterPrefill) * entryBytes,
      // every tier of a profile keeps all bits, so that what moves is what is kept
      moved: more('promotions', before) * layout.pageBytes + more('restores', before) * stateBytes,
    },
  };
}

function submit(session: Session, tokenizer: Tokenizer, planned: PlannedRequest, onToken?: () => void): Served {
  const { prompt } = planned;
  return session.submit({
    id: planned.id,
    tokenIds: prompt.kind === 'tokens' ? prompt.tokenIds : tokenizer.encode(prompt.text),
    maxTokens: planned.maxTokens,
    temperature: planned.temperature,
    seed: planned.seed,
    // outputs are equally long, whatever the model would say
    stopTokenIds: [],
    cacheSalt: planned.cacheSalt ?? '',
    adapter: planned.adapter ?? '',
    ...(onToken === undefined ? {} : { onToken }),
  });
}

/** Of the timed wave alone; those named max... are the session's. */
function difference(before: Counters, after: Counters): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, value]) => [name, name.startsWith('max') ? value : value - (before[name] ?? 0)]),
  );
}
