/**
 * Runs external programs so that none outlives us: each in a process group of its own, which is killed on time-out, on
 * abort, and when this process ends or is interrupted.
 */
import { spawn } from 'node:child_process';

export interface ProcessOptions {
  readonly cwd: string;
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ProcessResult {
  /** Exit code; null if it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it was killed by us, if it was. */
  readonly killed: 'time-out' | 'abort' | undefined;
  readonly seconds: number;
}

/** Characters kept of each stream: the end, where tools say what went wrong. */
const keptCharacters = 1 << 22;

const groups = new Set<number>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}

function killAll(): void {
  groups.forEach(killGroup);
}

function onSignal(signal: NodeJS.Signals): void {
  killAll();
  release();
  // Nobody else listens: the signal takes its usual course.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function watch(): void {
  process.on('exit', killAll);
  for (const signal of signals) process.on(signal, onSignal);
}

function release(): void {
  process.off('exit', killAll);
  for (const signal of signals) process.off(signal, onSignal);
}

/** Run a program to its end; never throws for what the program does, only if it cannot be started. */
export function runProcess(
  command: string,
  args: readonly string[],
  { cwd, timeoutSeconds, signal }: ProcessOptions,
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const { pid } = child;
    let killed: ProcessResult['killed'];
    const stop = (reason: 'time-out' | 'abort'): void => {
      killed ??= reason;
      if (pid !== undefined) killGroup(pid);
    };
    const onAbort = (): void => stop('abort');
    const timer = setTimeout(() => stop('time-out'), timeoutSeconds * 1000);
    if (pid !== undefined) {
      if (groups.size === 0) watch();
      groups.add(pid);
    }
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (pid !== undefined && groups.delete(pid) && groups.size === 0) release();
    };
    const streams = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        streams[name] = (streams[name] + text).slice(-keptCharacters);
      });
    child.on('error', (error) => {
      finish();
      reject(error);
    });
    child.on('close', (code) => {
      finish();
      resolve({ code, ...streams, killed, seconds: (performance.now() - start) / 1000 });
    });
  });
}
