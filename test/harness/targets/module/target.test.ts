import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { levelObservation, targetDescription, type Target } from '../../../../harness/schema/index.ts';
import { createModuleTarget } from '../../../../harness/targets/index.ts';
import { levelJob, plannedRequest, runJob } from '../../../support/endpoint-target.ts';
import { temporaryFolder } from '../../../support/run-records.ts';

let files = 0;

function moduleTarget(source: string): Promise<Target> {
  const path = join(temporaryFolder(), `target-${files++}.mjs`);
  writeFileSync(path, source);
  return createModuleTarget({ id: 'mine', path });
}

const ECHO = `
export const name = 'echo';
export const settings = { dtype: 'bf16' };
export let fresh = 0;
export async function startFresh() { fresh++; }
export async function generate(requests) {
  return requests.map(({ prompt, maxTokens }) => ({ text: prompt.slice(0, maxTokens), logprobs: [-1, null], finishReason: 'length', promptTokens: prompt.length }));
}`;

const job = levelJob([[plannedRequest('a', 'abcdef'), plannedRequest('b', 'ghijkl')]]);

describe('a target module', () => {
  it('answers the requests of a wave together, in order', async () => {
    const target = await moduleTarget(ECHO);
    const record = await runJob(target, job);
    expect(levelObservation.parse({ levelId: 'none', ...record }).requests).toHaveLength(2);
    expect(record.requests[1]).toMatchObject({
      text: 'ghij',
      logprobs: [-1, null],
      promptTokens: 6,
      tokenIds: [],
      generated: { kind: 'unsupported' },
    });
    expect(record.counters).toMatchObject({ waves: 1, requests: 2, freshStarts: 1 });
    expect(record.counters).not.toHaveProperty('maxActiveRows');
    const description = await target.describe();
    expect(targetDescription.parse(description)).toEqual(description);
    expect(description.card).toContainEqual({ name: 'dtype', value: 'bf16', source: 'declared' });
  });

  it.each([
    ['no name', 'export const generate = () => [];', /an export name, text, got nothing/],
    ['no generate', "export const name = 'x';", /an export generate, a function/],
    [
      'a tokenizer of one way',
      "export const name = 'x'; export const generate = () => []; export const tokenizer = { encode() {} };",
      /encode and decode/,
    ],
    [
      'settings of functions',
      "export const name = 'x'; export const generate = () => []; export const settings = { a() {} };",
      /settings to be a mapping/,
    ],
    ['an error of its own', "throw new Error('broken');", /a module that loads, got broken/],
  ])('with %s is refused before the plan is made', async (_what, source, message) => {
    await expect(moduleTarget(source)).rejects.toThrow(message);
  });

  it.each([
    ['null', /a list of 2 answers/],
    ['[{ text: "x" }]', /a list of 2 answers, got a list of 1|a list of 2 answers/],
    ['[1, 2]', /answer 0: expected an object/],
    ['[{ text: 1 }, {}]', /text: expected text, got 1/],
    ['[{ text: "a", tokenIds: [1.5] }, {}]', /tokenIds: expected a list of token ids/],
    ['[{ text: "a", tokenIds: [1], logprobs: [-1, -2] }, {}]', /one for each of 1 tokens, got 2/],
    ['[{ text: "a", logprobs: [NaN] }, {}]', /a list of finite numbers and null/],
    ['[{ text: "a", finishReason: "tired" }, {}]', /one of stop, length, abort/],
    ['[{ text: "a", promptTokens: -1 }, {}]', /an integer >= 0/],
  ])('that answers %s is told what is wrong, and is not asked again', async (answer, message) => {
    const target = await moduleTarget(`export const name = 'x'; export const generate = async () => (${answer});`);
    const failure = runJob(target, job);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ code: 'TARGET_RECORD_INVALID' });
  });
});
