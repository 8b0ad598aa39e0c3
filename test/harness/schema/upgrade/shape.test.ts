import { describe, expect, it } from 'vitest';
import { atKey, eachItem, withDefaults } from '../../../../harness/schema/upgrade/shape.ts';

const double = (value: unknown): unknown => Number(value) * 2;

describe('a change of plain data', () => {
  it('adds what is absent and keeps what is there', () => {
    expect(withDefaults({ a: 1 }, { a: 2, b: null })).toEqual({ a: 1, b: null });
  });

  it('reaches the value under a key, and every item of a list', () => {
    expect(atKey({ a: 1, b: 2 }, 'a', double)).toEqual({ a: 2, b: 2 });
    expect(eachItem({ list: [1, 2] }, 'list', double)).toEqual({ list: [2, 4] });
  });

  it.each([[null], [7], ['text'], [[1]], [{ other: 1 }]])('leaves %j alone, which has no such key', (value) => {
    expect(atKey(value, 'a', double)).toEqual(value);
    expect(eachItem(value, 'a', double)).toEqual(value);
  });

  it('leaves alone what is no mapping and no list', () => {
    expect(withDefaults([1], { a: 1 })).toEqual([1]);
    expect(eachItem({ list: 'text' }, 'list', double)).toEqual({ list: 'text' });
  });

  it('does not change its argument', () => {
    const value = Object.freeze({ list: Object.freeze([1]) });
    expect(eachItem(value, 'list', double)).toEqual({ list: [2] });
    expect(value).toEqual({ list: [1] });
  });
});
