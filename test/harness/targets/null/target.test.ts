import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../harness/ports/index.ts';
import {
  levelObservation,
  targetDescription,
  type LevelJob,
  type PlannedRequest,
  type RequestObservation,
} from '../../../../harness/schema/index.ts';
import { createNullTarget } from '../../../../harness/targets/index.ts';

type Options = Parameters<typeof createNullTarget>[0];

const target = (change: Partial<Options> = {}) =>
  createNullTarget({
    id: 'null',
    lanes: 2,
    modelSeed: 'm',
    logits: true,
    latencyMs: 0,
    flipRate: 0,
    errorRate: 0,
    noiseSeed: 'n',
    ...change,
  });

const request = (text: string, change: Partial<PlannedRequest> = {}): PlannedRequest => ({
  id: 'r',
  caseId: 'c',
  role: 'probe',
  prompt: { kind: 'text', text },
  maxTokens: 4,
  temperature: 0,
  seed: 0,
  canary: null,
  scoreLastPositions: 3,
  forcedFromLevel: null,
  ...change,
});

const job = (requests: readonly PlannedRequest[], change: Partial<LevelJob> = {}): LevelJob => ({
  unitId: 'u-0000000000000000',
  levelId: 'none',
  precision: 'target-default',
  sessions: 'one',
  waves: [requests],
  ...change,
});

const ask = async (
  text: string,
  { options = {}, forced = [], level = 'none' }: { options?: Partial<Options>; forced?: number[]; level?: string } = {},
): Promise<RequestObservation> => {
  const result = await target(options).runLevel(job([request(text)], { levelId: level }), {
    lane: 0,
    forced: new Map([['r', forced]]),
  });
  return result.record.requests[0];
};

describe('the null target', () => {
  it('answers with valid records and exactly the blobs that they name', async () => {
    const { record, blobs } = await target().runLevel(job([request('one', { id: 'a' }), request('two', { id: 'b' })]), {
      lane: 1,
      forced: new Map([['b', [65, 66]]]),
    });
    expect(levelObservation.parse(record)).toEqual(record);
    expect(record.counters).toEqual({ steps: 1, maxActiveRows: 2 });
    const named = record.requests.flatMap(({ generated, prompt, forced }) =>
      [generated, prompt, forced].flatMap((logits) => (logits.kind === 'blob' ? [logits.sha256] : [])),
    );
    expect(named.sort()).toEqual(blobs.map(({ sha256 }) => sha256).sort());
    for (const { sha256, bytes } of blobs) expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(targetDescription.parse(await target().describe()).capabilities.logits).toBe(true);
  });

  it('gives the same bits for the same prompt, and others for another prompt or another model', async () => {
    expect(await ask('a prompt')).toEqual(await ask('a prompt', { level: 'repeat-2' }));
    expect((await ask('b prompt')).stepSha256).not.toEqual((await ask('a prompt')).stepSha256);
    expect((await ask('a prompt', { options: { modelSeed: 'other' } })).stepSha256).not.toEqual(
      (await ask('a prompt')).stepSha256,
    );
    const [one, other] = await Promise.all([target().describe(), target({ modelSeed: 'other' }).describe()]);
    expect(one.fingerprintSha256).not.toBe(other.fingerprintSha256);
  });

  it('scores forced tokens in the context that produced them: the same bits as generating', async () => {
    const free = await ask('context');
    const scored = await ask('context', { forced: free.tokenIds });
    expect(scored.forced).toEqual(free.generated);
  });

  it('scores the last prompt positions as the prompt goes on: the last row is the first generated step', async () => {
    const { prompt, promptNextTokenIds } = await ask('abcdef');
    expect(prompt).toMatchObject({ kind: 'blob', rows: 3, cols: 256 });
    expect(promptNextTokenIds).toEqual([101, 102, -1]);
  });

  it('says unsupported where it was asked to give no logits, and the tokens stay the same', async () => {
    const without = await ask('text', { options: { logits: false } });
    expect(without).toMatchObject({
      generated: { kind: 'unsupported' },
      prompt: { kind: 'unsupported' },
      stepSha256: [],
      promptNextTokenIds: [],
    });
    expect(without.tokenIds).toEqual((await ask('text')).tokenIds);
  });

  it('flips tokens at the asked rate, at the same places each time, and apart by level', async () => {
    const options = { flipRate: 0.01 };
    const flips: boolean[] = [];
    for (let n = 0; n < 1500; n++) {
      const [honest, flaky] = await Promise.all([
        ask('same', { level: `l-${n}` }),
        ask('same', { options, level: `l-${n}` }),
      ]);
      flips.push(honest.text !== flaky.text);
    }
    // 4 tokens each: 1 - 0.99^4 = 3.94 % of 1500 are 59; a binomial is outside 35..85 once in 1000.
    const count = flips.filter(Boolean).length;
    expect(count).toBeGreaterThan(34);
    expect(count).toBeLessThan(86);
    const flipped = { options, level: `l-${flips.indexOf(true)}` };
    expect(await ask('same', flipped)).toEqual(await ask('same', flipped));
    expect((await target(options).describe()).fingerprintSha256).toBe((await target().describe()).fingerprintSha256);
  });

  it('loses the connection at the asked rate, and answers a later attempt', async () => {
    const flaky = target({ errorRate: 0.5 });
    let lost = 0;
    for (let n = 0; n < 200; n++)
      for (;;)
        try {
          await flaky.runLevel(job([request('x')], { levelId: `l-${n}` }), { lane: 0, forced: new Map() });
          break;
        } catch (error) {
          expect(error).toBeInstanceOf(TargetError);
          expect(error).toMatchObject({ code: 'TARGET_UNREACHABLE' });
          lost++;
        }
    // A geometric count: 200 expected, standard deviation 20.
    expect(lost).toBeGreaterThan(120);
    expect(lost).toBeLessThan(280);
  });
});
