import fc from 'fast-check';
import { expect, it } from 'vitest';
import { visibleLine, visibleText } from '../../reports/visible-text.ts';

const anyText = fc.string({ unit: 'binary' });

it('visible text holds nothing that a terminal obeys or a reader cannot see, and marking it again changes nothing', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const shown = visibleText(text);

      expect(shown).not.toMatch(
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/,
      );
      expect(visibleText(shown)).toBe(shown);
    }),
  );
});

it('a visible line is one line', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(visibleLine(text)).not.toMatch(/[\n\r\t]/);
    }),
  );
});

it('ordinary text stays as it is', () => {
  expect(visibleText('Überholspur – 日本 😀\n\tok')).toBe('Überholspur – 日本 😀\n\tok');
});
