/** Ctrl-C: exit code 130, nothing half-written, and a resumed run with the bits of one that nobody stopped. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type LearningCheckpoint, runDistillNet } from '../../src/systems/distillnet/index.ts';
import { tinyConfig } from '../systems/distillnet/tiny.ts';
import { temporaryFolder } from './capture.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

/** All files of a folder but what depends on the clock on the wall. */
function contents(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const text = readFileSync(file, 'utf8');
      const name = file.slice(path.length + 1);
      if (name !== 'summary.json') return [name, text];
      const { seconds: _, ...summary } = JSON.parse(text);
      return [name, JSON.stringify(summary)];
    }),
  );
}

describe('a run', () => {
  it('that is stopped and resumed writes the same bytes, except for seconds', async () => {
    // Times of inference differ from run to run.
    const job = {
      config: tinyConfig,
      vectors: 16,
      randomVectors: 16,
      simulators: [],
      copies: 1,
      verification: [],
      timingSeconds: 0,
    } as const;
    await runDistillNet({ ...job, directory: join(folder.path, 'whole') });
    const controller = new AbortController();
    let resume: LearningCheckpoint | undefined;
    const stopped = await runDistillNet({
      ...job,
      directory: join(folder.path, 'parts'),
      signal: controller.signal,
      onCheckpoint: (checkpoint) => {
        resume = checkpoint;
        if (checkpoint.current.stage === 'quantized') controller.abort();
      },
    });
    const afterStop = readdirSync(folder.path);
    await runDistillNet({ ...job, directory: join(folder.path, 'parts'), resume: resume! });

    expect(stopped).toBeNull();
    expect(afterStop).toEqual(['whole']);
    expect(contents(join(folder.path, 'parts'))).toEqual(contents(join(folder.path, 'whole')));
  });

  it('that gets SIGINT ends with 130 and one sentence, and leaves a checkpoint alone', async () => {
    const out = join(folder.path, 'interrupted');
    const words = ['--import', 'tsx', 'src/cli/main.ts', 'run', 'distillnet', '--quick', '--json', '--out', out];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (text[name] += chunk));
    const checkpoint = `${out}.checkpoint.json`;
    const timer = setInterval(() => {
      if (!existsSync(checkpoint)) return;
      clearInterval(timer);
      child.kill('SIGINT');
    }, 50);

    const code = await new Promise((resolve) => child.on('close', resolve));

    expect(code).toBe(130);
    expect(text.stdout).toBe('');
    expect(text.stderr).toContain(`--resume goes on from ${checkpoint}\n`);
    expect(readdirSync(folder.path).filter((name) => name.includes('interrupted'))).toEqual([
      'interrupted.checkpoint.json',
    ]);
  });
});
