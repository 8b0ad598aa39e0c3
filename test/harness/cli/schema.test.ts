import { describe, expect, it } from 'vitest';
import { publishedSchemaText, SCHEMA_NAMES } from '../../../harness/cli/published-schemas.ts';
import { createIo, evenkeel } from '../../support/command-line.ts';

const run = (...args: string[]) => evenkeel(['schema', ...args], createIo({ cwd: '/' }));

describe('evenkeel schema', () => {
  it('lists the names, for people and for machines', async () => {
    expect((await run()).out).toBe(`${SCHEMA_NAMES.join('\n')}\n`);
    expect(JSON.parse((await run('--json')).out)).toEqual(SCHEMA_NAMES);
  });

  it.each(SCHEMA_NAMES)('prints %s and nothing else', async (name) => {
    expect(await run(name)).toEqual({ code: 0, out: publishedSchemaText(name), err: '' });
  });

  it('refuses an unknown name and names those that there are', async () => {
    const { code, out, err } = await run('nonsense');
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('case-file');
  });
});
