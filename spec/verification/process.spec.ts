import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProcess } from '../../src/verification/process.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'distill-rtl-spec-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function until<T>(read: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let k = 0; k < 200; k++) {
    const value = await read();
    if (value !== undefined) return value;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('waited 10 s in vain');
}

const readPid = (file: string): Promise<number | undefined> =>
  readFile(file, 'utf8').then(
    (text) => (text.endsWith('\n') ? Number(text) : undefined),
    () => undefined,
  );

/** A shell that starts a long-lived child, writes the child's number to a file, and waits for it. */
const nested = (file: string): string => `sleep 600 & echo $! > ${file}; wait`;

describe('runProcess', () => {
  it('gives exit code and both streams', async () => {
    const result = await runProcess('sh', ['-c', 'echo out; echo err >&2; exit 3'], { cwd: root, timeoutSeconds: 10 });
    expect(result).toMatchObject({ code: 3, stdout: 'out\n', stderr: 'err\n', killed: undefined });
  });

  it('kills what the program started when time is up', async () => {
    const file = join(root, 'time-out');
    const result = await runProcess('sh', ['-c', nested(file)], { cwd: root, timeoutSeconds: 0.5 });
    const pid = (await readPid(file))!;
    expect(result.killed).toBe('time-out');
    await until(() => !isAlive(pid) || undefined);
  });

  it('kills what the program started when this process is interrupted', async () => {
    const file = join(root, 'signal');
    const script = `import { runProcess } from ${JSON.stringify(resolve('src/verification/process.ts'))};
      await runProcess('sh', ['-c', ${JSON.stringify(nested(file))}], { cwd: '/', timeoutSeconds: 600 });`;
    const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: 'ignore',
    });
    const ended = new Promise<NodeJS.Signals | null>((done) => {
      parent.on('exit', (_, signal) => done(signal));
    });
    const pid = await until(() => readPid(file));
    parent.kill('SIGTERM');
    expect(await ended).toBe('SIGTERM');
    await until(() => !isAlive(pid) || undefined);
  });

  it('rejects where the program cannot be started', async () => {
    await expect(runProcess(join(root, 'absent'), [], { cwd: root, timeoutSeconds: 1 })).rejects.toThrow(/ENOENT/);
  });
});
