import { describe, expect, it } from 'vitest';
import { compressVocabulary, normaliseTokenText } from '../../../engine/memory/index.ts';

const idsOf = (...texts: string[]): number[] =>
  Array.from(compressVocabulary(texts.map((text, id) => ({ text, raw: `raw:${id}` }))).lookup);

describe('token compression', () => {
  it('joins case, accents, compatibility forms and surrounding space', () => {
    expect(idsOf('The', 'the', ' the', ' The', 'THE')).toEqual([0, 0, 0, 0, 0]);
    expect(idsOf('é', 'e', 'É', 'e\u0301')).toEqual([0, 0, 0, 0]);
    expect(idsOf('ﬁ', 'fi', '①', '1', '１')).toEqual([0, 0, 1, 1, 1]);
  });

  it('keeps a token of nothing but white space as one space', () => {
    expect(normaliseTokenText(' ')).toBe(' ');
    expect(normaliseTokenText('\t \n')).toBe(' ');
    expect(normaliseTokenText('  x ')).toBe('x');
  });

  it('keys a token by its own text when nothing is left of it', () => {
    expect(normaliseTokenText('\u0301')).toBe('');
    expect(idsOf('\u0301', '\u0300', '', '\u0301')).toEqual([0, 1, 2, 0]);
  });

  it('keys broken text by the raw token', () => {
    expect(idsOf('\ufffd', '\ufffd', '\ufffdz')).toEqual([0, 1, 2]);
  });

  it('gives ids by first appearance and counts them', () => {
    const { lookup, size } = compressVocabulary(['b', 'a', 'B', 'c'].map((text) => ({ text, raw: text })));
    expect(Array.from(lookup)).toEqual([0, 1, 0, 2]);
    expect(size).toBe(3);
  });

  it('lowers each character alone, as Hugging Face does: no final sigma', () => {
    expect(normaliseTokenText('ΟΔΟΣ')).toBe('οδοσ');
  });

  it('drops every combining mark, or the nonspacing ones alone', () => {
    const devanagariKi = '\u0915\u093f';
    expect(normaliseTokenText(devanagariKi)).toBe('\u0915');
    expect(normaliseTokenText(devanagariKi, { accents: 'nonspacing' })).toBe(devanagariKi);
  });
});
