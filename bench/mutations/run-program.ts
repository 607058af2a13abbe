/** Runs a program to its end or a limit, and keeps what it says. */
import { execFile } from 'node:child_process';

export interface ProgramResult {
  /** Exit code; null if it was stopped at the limit. */
  readonly code: number | null;
  /** Standard output, then standard error. */
  readonly log: string;
}

/**
 * Run a program in a folder.
 *
 * @throws Error if it cannot be started or crashes
 */
export function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  limitSeconds: number,
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      timeout: Math.ceil(limitSeconds * 1000),
      killSignal: 'SIGKILL' as const,
      maxBuffer: 1 << 24,
    };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, log: stdout + stderr });
      if (error.killed) return resolve({ code: null, log: stdout + stderr });
      // A text is the system's reason for not starting it; a program that crashed has no code at all.
      if (typeof error.code !== 'number') return reject(error);
      resolve({ code: error.code, log: stdout + stderr });
    });
  });
}
