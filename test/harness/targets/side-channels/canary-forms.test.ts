import { describe, expect, it } from 'vitest';
import { canaryForms, formsIn, plantedBodies } from '../../../../harness/targets/side-channels/index.ts';

const canary = 'iron lamb opal fern 0913';
const ids = [...new TextEncoder().encode(canary)];
const forms = canaryForms(canary, ids);

describe('the forms of a canary', () => {
  it('are all found in bodies that other means have made, each in one of them at least', () => {
    const bodies = plantedBodies(canary, ids);
    const found = bodies.map((body) => formsIn(body, forms));
    expect(found.filter((names) => names.length === 0)).toEqual([]);
    expect(new Set(found.flat())).toEqual(new Set(forms.map(({ name }) => name)));
  });

  it.each([
    ['in capitals', canary.toUpperCase()],
    ['in the middle of a line', `x${canary}x`],
    ['as token ids over several lines', JSON.stringify([1, ...ids, 2], null, 2)],
    ['as hex in capitals', Buffer.from(`a ${canary}`).toString('hex').toUpperCase()],
  ])('are found %s', (_where, body) => {
    expect(formsIn(body, forms)).not.toEqual([]);
  });

  it.each(Array.from({ length: 7 }, (_, before) => before))(
    'are found in base64 behind %i bytes, in both alphabets',
    (before) => {
      const bytes = Buffer.from(`${'þ'.repeat(before)}${canary}, and more`);
      expect(formsIn(bytes.toString('base64'), forms)).not.toEqual([]);
      expect(formsIn(bytes.toString('base64url'), forms)).not.toEqual([]);
    },
  );

  it('are not found where another canary is, nor a part of this one', () => {
    const other = 'iron lamb opal fern 1913';
    for (const body of [...plantedBodies(other, [...new TextEncoder().encode(other)]), 'iron lamb opal fern', '0913'])
      expect(formsIn(body, forms)).toEqual([]);
  });

  it('have no token ids where these are not known', () => {
    expect(canaryForms(canary, null).map(({ name }) => name)).not.toContain('token ids');
    expect(plantedBodies(canary, null)).toHaveLength(plantedBodies(canary, ids).length - 1);
  });
});
