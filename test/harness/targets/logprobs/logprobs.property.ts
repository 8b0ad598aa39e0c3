import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  readChoiceLogprobs,
  readLlamaCppProbabilities,
  readPromptLogprobs,
  readSglangLogprobs,
  readTgiTokens,
  type TokenRecord,
} from '../../../../harness/targets/logprobs/index.ts';

const anything = fc.anything({ withBigInt: true, withNullPrototype: true });
const valid = (record: TokenRecord): boolean =>
  [record, ...record.top].every(
    ({ logprob, tokenId }) =>
      (logprob === null || (Number.isFinite(logprob) && logprob > -9999)) && (tokenId === null || tokenId >= 0),
  );

it('whatever a server sends, a value is finite and above -9999, or unavailable; nothing throws and no index is lost', () => {
  fc.assert(
    fc.property(fc.array(anything), anything, (list, other) => {
      for (const read of [
        readSglangLogprobs(list, other),
        readLlamaCppProbabilities(list),
        readTgiTokens(list, other),
        readPromptLogprobs(list, null),
        readChoiceLogprobs({ content: list })?.tokens ?? null,
      ]) {
        expect(read).toHaveLength(list.length);
        expect(read?.every(valid)).toBe(true);
      }
      expect(readChoiceLogprobs(other)?.tokens.every(valid) ?? true).toBe(true);
      expect(readChoiceLogprobs({ tokens: list, token_logprobs: other, top_logprobs: list })?.tokens.every(valid)).toBe(
        true,
      );
    }),
  );
});
