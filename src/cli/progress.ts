/**
 * Progress on stderr: one redrawn line with a bar on a terminal, one line per finished stage elsewhere.
 *
 * Nothing is ever written to stdout, which belongs to results.
 */
import { progressBar } from '../report/index.ts';

export interface Progress {
  /** Show that `stage` has done `fraction` (0 … 1) of its work. */
  update(stage: string, fraction: number, message?: string): void;
  /** Finish the line of a stage and keep it on the screen. */
  finish(stage: string, message: string): void;
  /** Remove an unfinished line, so that an error message starts on a clean one. */
  clear(): void;
}

const REDRAW_MS = 80;

/** Make a progress display for a stream; `quiet` shows nothing. */
export function makeProgress(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  let drawn = false;
  let lastDraw = 0;
  const erase = (): void => {
    if (drawn) stream.write('\r\u001b[2K');
    drawn = false;
  };
  return {
    update(stage, fraction, message = '') {
      if (quiet || !stream.isTTY) return;
      const now = performance.now();
      if (now - lastDraw < REDRAW_MS && fraction < 1) return;
      lastDraw = now;
      erase();
      const room = (stream.columns || 80) - 1;
      stream.write(`${stage.padEnd(12)} ${progressBar(fraction, 24)} ${message}`.slice(0, room));
      drawn = true;
    },
    finish(stage, message) {
      if (quiet) return;
      erase();
      stream.write(`${stage.padEnd(12)} ${message}\n`);
    },
    clear: erase,
  };
}
