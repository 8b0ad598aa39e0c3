import { describe, expect, it } from 'vitest';
import { readEnvFiles } from '../../../harness/config/index.ts';
import { writeProject } from '../../support/command-line.ts';
import { temporaryFolder } from '../../support/run-records.ts';

describe('files of variables', () => {
  const folder = (): string => {
    const directory = temporaryFolder();
    writeProject(directory, {
      'one.env': '# a comment\nA=1\nB="two words"\nexport C=3\nEMPTY=\n',
      'two.env': "B=later\nD='x # y'\n",
    });
    return directory;
  };

  it('are read in order, later ones win, what is set wins over all', () => {
    expect(readEnvFiles(['one.env', 'two.env'], { directory: folder(), set: { A: 'set' } })).toEqual({
      B: 'later',
      C: '3',
      D: 'x # y',
      EMPTY: '',
    });
  });

  it('are none when none is named', () => {
    expect(readEnvFiles([], { directory: '/', set: {} })).toEqual({});
  });

  it('that are missing are an error that names the file and the flag', () => {
    expect(() => readEnvFiles(['no.env'], { directory: folder(), set: {} })).toThrow(
      'no.env: expected a file that can be read, got no such file. Check the path given with --env-file',
    );
  });
});
