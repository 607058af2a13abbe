/**
 * Progress on stderr: one redrawn line with a bar on a terminal, one line per finished stage everywhere.
 *
 * Nothing is ever written to stdout, which belongs to results. No colours are used, so NO_COLOR has nothing to switch
 * off; on a terminal without cursor control (TERM=dumb) no line is redrawn.
 */
import { progressBar } from '../report/index.ts';

export interface Progress {
  /** Begin a stage; its clock runs from here. */
  start(stage: string): void;
  /** Show that the running stage has done `fraction` (0 … 1) of its work; the remark is not kept in its last line. */
  update(fraction: number, message?: string, remark?: string): void;
  /** End the running stage and keep its line: name, seconds, message. */
  finish(message?: string): void;
  /** Write a line of its own. */
  note(text: string): void;
  /** Remove an unfinished line, so that an error message starts on a clean one. */
  clear(): void;
}

const REDRAW_MS = 80;
const TICK_MS = 1000;

/**
 * Make a progress display for a stream.
 *
 * @param columns - columns that the name of a stage takes at least
 */
export function makeProgress(stream: NodeJS.WriteStream, columns = 12): Progress {
  const redraws = stream.isTTY && process.env['TERM'] !== 'dumb';
  let stage = '';
  let since = 0;
  let last = '';
  let drawn = false;
  let lastDraw = 0;
  let ticking: NodeJS.Timeout | undefined;
  const erase = (): void => {
    if (drawn) stream.write('\r\u001b[2K');
    drawn = false;
  };
  const draw = (text: string): void => {
    if (!redraws) return;
    erase();
    stream.write(text.slice(0, (stream.columns || 80) - 1));
    drawn = true;
    lastDraw = performance.now();
  };
  const still = (): void => clearInterval(ticking);
  // A stage that cannot tell how far it is, such as another program, shows its seconds.
  const tick = (): void => {
    draw(`${stage.padEnd(columns)} … ${((performance.now() - since) / 1000).toFixed(0)} s`);
  };
  return {
    start(name) {
      still();
      stage = name;
      since = performance.now();
      last = '';
      draw(`${name.padEnd(columns)} …`);
      if (redraws) ticking = setInterval(tick, TICK_MS).unref();
    },
    update(fraction, message = '', remark = '') {
      still();
      if (message !== '') last = message;
      if (performance.now() - lastDraw < REDRAW_MS && fraction < 1) return;
      draw(`${stage.padEnd(columns)} ${progressBar(fraction, 24)} ${[message, remark].filter(Boolean).join(', ')}`);
    },
    finish(message = last) {
      still();
      erase();
      const seconds = ((performance.now() - since) / 1000).toFixed(1).padStart(6);
      stream.write(`${stage.padEnd(columns)} ${seconds} s  ${message}`.trimEnd() + '\n');
    },
    note(text) {
      erase();
      stream.write(`${text}\n`);
    },
    clear() {
      still();
      erase();
    },
  };
}
