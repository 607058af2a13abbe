/** Runs a program to its end or a limit, and keeps what it says. */
import { execFile } from 'node:child_process';

export interface ProgramResult {
  /** Exit code; null if it was stopped, at the limit or by a signal. */
  readonly code: number | null;
  /** Standard output, then standard error. */
  readonly log: string;
}

/**
 * Run a program in a folder.
 *
 * @throws Error if it cannot be started
 */
export function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  limitSeconds: number,
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const options = { cwd, timeout: limitSeconds * 1000, killSignal: 'SIGKILL' as const, maxBuffer: 1 << 24 };
    execFile(program, args, options, (error, stdout, stderr) => {
      // A text is the system's reason for not starting it; a number is the program's exit code.
      const code: unknown = error === null ? 0 : error.code;
      if (typeof code === 'string') return reject(error!);
      resolve({ code: typeof code === 'number' ? code : null, log: stdout + stderr });
    });
  });
}
