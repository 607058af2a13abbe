/** What happens to results that nobody can take. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const words = ['--import', 'tsx', 'src/cli/main.ts', '--help'];

describe.skipIf(!existsSync('/dev/full'))('the program', () => {
  it('says in one sentence that stdout is full', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, words, {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);

    expect(stderr).toBe('distill-rtl: stdout cannot be written: no space is left on the device.\n');
    expect(status).toBe(2);
  });

  it('takes no offence at a reader that leaves early', () => {
    const script = `"${process.execPath}" ${words.join(' ')} | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });

    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' });
  });
});
