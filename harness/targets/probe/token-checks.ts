/**
 * Token ids, counts and finish reasons.
 * @module
 */
import type { Capability } from '../../schema/index.ts';
import { finishReasonOf } from '../endpoint/finish-reason.ts';
import type { Produced } from '../dialects/index.ts';
import { ask, finding, PROBE_TEXTS, PROBE_TOKENS, refused, type Probing } from './ask.ts';

export function tokenIdCheck({ tokenIds, tokens, completionCount }: Produced): Capability {
  if (tokenIds === null) {
    const named = tokens.length > 0 ? 'tokens come as text, which two ids may share' : 'output comes as text alone';
    return finding('token-ids', 'unsupported', named);
  }
  if (completionCount !== null && completionCount !== tokenIds.length)
    return finding('token-ids', 'broken', `${tokenIds.length} ids, but usage counts ${completionCount} tokens`);
  return finding('token-ids', 'supported', `${tokenIds.length} ids for ${tokenIds.length} tokens`);
}

/** A prompt as ids is used only where it gives what the same prompt as text gave. */
export async function tokenIdPromptCheck(probing: Probing, first: Produced): Promise<Capability> {
  const id = 'token-id-prompts';
  if (probing.api === 'openai-chat') return finding(id, 'unsupported', 'a chat message is text');
  const ids = first.promptIds ?? (probing.bytesAreTokens ? [...new TextEncoder().encode(PROBE_TEXTS[0])] : null);
  if (ids === null) return finding(id, 'not-probed', 'the ids of a prompt are not known: the server returns none');
  let reply;
  try {
    reply = await ask(probing, { prompt: { kind: 'tokens', tokenIds: ids } });
  } catch (error) {
    if (error instanceof RangeError) return finding(id, 'unsupported', error.message);
    throw error;
  }
  if (reply.kind === 'refused') return refused(id, reply);
  const { promptCount, text } = reply.produced;
  if (promptCount !== null && promptCount !== ids.length)
    return finding(id, 'broken', `${ids.length} ids were sent, usage counts ${promptCount}`);
  if (text !== first.text) return finding(id, 'broken', 'ids gave another output than the same prompt as text');
  return finding(id, 'supported', `${ids.length} ids, the same output as text`);
}

/** `stop` at the length limit is no end of text. */
export function finishReasonCheck(replies: readonly Produced[]): Capability {
  const id = 'finish-reason';
  const atLimit = replies.filter(({ completionCount, tokens }) => (completionCount ?? tokens.length) >= PROBE_TOKENS);
  if (atLimit.length === 0) return finding(id, 'not-probed', 'no output reached the length limit');
  const wrong = atLimit.filter(({ finishReason }) => finishReasonOf(finishReason) !== 'length');
  const words = [...new Set(atLimit.map(({ finishReason }) => finishReason ?? 'none'))].join(', ');
  return wrong.length === 0
    ? finding(
        id,
        'supported',
        `${words} at the limit of ${PROBE_TOKENS} tokens, ${atLimit.length} of ${atLimit.length}`,
      )
    : finding(id, 'broken', `${words} at the limit of ${PROBE_TOKENS} tokens: the reason cannot be used`);
}

/** HTTP 200 with half of the prompt used: the count of a long prompt must be about the sum of its parts. */
export async function truncationCheck(probing: Probing): Promise<Capability> {
  const id = 'no-silent-truncation';
  const part = `${PROBE_TEXTS[1]} ${PROBE_TEXTS[0]}\n`;
  const times = 24;
  const once = await ask(probing, { prompt: { kind: 'text', text: part }, maxTokens: 1 });
  const long = await ask(probing, { prompt: { kind: 'text', text: part.repeat(times) }, maxTokens: 1 });
  if (once.kind === 'refused') return refused(id, once);
  if (long.kind === 'refused') return finding(id, 'supported', `a prompt that is too long is refused: ${long.message}`);
  if (long.produced.truncated === true) return finding(id, 'supported', 'the server says that it cut the prompt');
  const [partCount, longCount] = [once.produced.promptCount, long.produced.promptCount];
  if (partCount === null || longCount === null) return finding(id, 'not-probed', 'the server counts no prompt tokens');
  // begin-of-sequence and template tokens are in both counts: a lower bound is all that is needed
  const least = Math.floor((partCount - 8) * times * 0.9);
  return longCount >= least
    ? finding(id, 'supported', `${longCount} tokens counted for ${times} parts of ${partCount}`)
    : finding(
        id,
        'broken',
        `HTTP 200 with ${longCount} tokens for ${times} parts of ${partCount}: the prompt was cut silently`,
      );
}

export async function zeroTokensCheck(probing: Probing): Promise<Capability> {
  const id = 'max-tokens-0';
  const reply = await ask(probing, { maxTokens: 0, scorePrompt: true });
  if (reply.kind === 'refused') return refused(id, reply);
  const { completionCount, tokens, text } = reply.produced;
  const count = completionCount ?? tokens.length;
  return count === 0 && text === ''
    ? finding(id, 'supported', 'nothing is produced')
    : finding(id, 'broken', `${count} tokens produced although 0 were asked for`);
}
