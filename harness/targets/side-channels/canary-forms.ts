/**
 * The forms in which a canary can stand in a body: as text, escaped, encoded, as token ids. And bodies that hold it in each of them, made
 * by other means, which the search has to find before its silence means anything.
 * @module
 */

export interface CanaryForm {
  readonly name: string;
  readonly holds: (body: string) => boolean;
}

const BASE64_BITS = 6;
const BYTE_BITS = 8;
/** Bytes that may stand before the canary in a run of base64, modulo three. */
const ALIGNMENTS = [0, 1, 2] as const;

/** @param tokenIds - of the canary where the target's ids are known; null = they are not looked for */
export function canaryForms(canary: string, tokenIds: readonly number[] | null): CanaryForm[] {
  const bytes = new TextEncoder().encode(canary);
  return [
    inAnyCase('text', canary),
    inAnyCase('JSON escapes', [...canary].map(escaped).join('')),
    inAnyCase('URL', encodeURIComponent(canary)),
    inAnyCase('form', encodeURIComponent(canary).replaceAll('%20', '+')),
    inAnyCase('hex', Buffer.from(bytes).toString('hex')),
    ...ALIGNMENTS.map((before) => inBase64(bytes, before)),
    ...(tokenIds === null || tokenIds.length === 0 ? [] : [asTokenIds(tokenIds)]),
  ];
}

/** The names of the forms in which a body holds the canary. */
export function formsIn(body: string, forms: readonly CanaryForm[]): string[] {
  return forms.filter(({ holds }) => holds(body)).map(({ name }) => name);
}

/** Bodies of which each holds the canary within a longer text. */
export function plantedBodies(canary: string, tokenIds: readonly number[] | null): string[] {
  const told = `the prompt was: ${canary}; it is refused`;
  const message = (text: string): string => JSON.stringify({ error: { message: text } });
  return [
    message(told),
    `{"error":"${[...told].map(escaped).join('')}"}`,
    `next=/login?prompt=${encodeURIComponent(told)}`,
    new URLSearchParams({ prompt: told }).toString(),
    message(Buffer.from(told).toString('hex')),
    ...ALIGNMENTS.map((more) => message(Buffer.from('.'.repeat(more) + told).toString('base64url'))),
    ...(tokenIds === null || tokenIds.length === 0 ? [] : [JSON.stringify({ tokens: [0, ...tokenIds, 0] }, null, 2)]),
  ];
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

function inAnyCase(name: string, needle: string): CanaryForm {
  const folded = needle.toLowerCase();
  return { name, holds: (body) => body.toLowerCase().includes(folded) };
}

/**
 * The characters that the canary alone decides, whatever stands beside it; both alphabets. So the last bits of its last digit may be left out.
 */
function inBase64(bytes: Uint8Array, before: number): CanaryForm {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]);
  const first = Math.ceil((before * BYTE_BITS) / BASE64_BITS);
  const last = Math.floor((whole.length * BYTE_BITS) / BASE64_BITS);
  const needle = whole.toString('base64').slice(first, last);
  return {
    name: `base64, ${before} bytes before`,
    holds: (body) => body.replaceAll('-', '+').replaceAll('_', '/').includes(needle),
  };
}

function asTokenIds(tokenIds: readonly number[]): CanaryForm {
  const needle = tokenIds.join(',');
  return { name: 'token ids', holds: (body) => body.replace(/\s+/g, '').includes(needle) };
}
