import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDiagnosis } from '../../../harness/store/index.ts';

const folder = (text?: string): { directory: string; id: string } => {
  const directory = mkdtempSync(join(tmpdir(), 'evenkeel-diagnosis-'));
  if (text !== undefined) writeFileSync(join(directory, 'diagnosis.json'), text);
  return { directory, id: 'this-run' };
};

describe('the diagnosis of a run folder', () => {
  it('is null where there is none', () => {
    expect(readDiagnosis(folder())).toBeNull();
  });

  it.each(['{', '[]', '{"schemaVersion":1}'])('is an error that names the file where it is %j', (text) => {
    expect(() => readDiagnosis(folder(text))).toThrow(/diagnosis\.json/);
  });
});
