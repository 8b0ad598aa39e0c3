import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiskColdStore } from '../../engine/index.ts';

const ENGINE = new URL('../../dist/engine/index.js', import.meta.url).href;

/** Serves with room for almost nothing above the disk, so that pages are written to it all the time; says so once it has. */
const PROGRAM = `
import { buildCheckpoint, createDiskColdStore, createEngine } from ${JSON.stringify(ENGINE)};
const coldStore = () => createDiskColdStore({ directory: process.argv[1], capacityBytes: 1 << 26, encryption: null });
const engine = createEngine(buildCheckpoint({ preset: 'v4-tiny', seed: 'killed' }), {
  prefixCache: true, pageTokens: 16, hotPages: 8, warmBytes: 1 << 16, coldStore,
});
const session = engine.openSession();
for (let n = 0; ; n++) {
  session.run([{ id: 'r' + n, tokenIds: Array.from({ length: 70 }, (_, i) => (n * 31 + i * 17) % 256), maxTokens: 1 }]);
  if (session.counters.demotions > 8) process.stdout.write('.');
}
`;

describe('a process that is killed while its pages go to disk', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'evenkeel-killed-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('leaves a folder that the next store in the same place removes, whenever the kill comes', async () => {
    let filesLeft = 0;
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, directory], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = once(child, 'exit');
      expect(await Promise.race([once(child.stdout, 'data').then(() => 'writes'), gone])).toBe('writes');
      await pause(round * 7);
      child.kill('SIGKILL');
      expect(await gone).toEqual([null, 'SIGKILL']);
      const folder = join(directory, `evenkeel-cold-${child.pid}-1`);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
      filesLeft += files.length;
      for (const file of files) expect(statSync(join(file.parentPath, file.name)).mode & 0o777).toBe(0o600);
      createDiskColdStore({ directory, capacityBytes: 1 << 20, encryption: null }).close();
      expect(existsSync(folder)).toBe(false);
      expect(readdirSync(directory)).toEqual([]);
    }
    expect(filesLeft).toBeGreaterThan(0);
  });
});
