/** Ctrl-C as an abort signal: the first one asks for a clean end, the second one ends the process. */

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Stop listening. */
  release(): void;
}

/** Listen for SIGINT and SIGTERM until released. */
export function interruptSignal(): Interrupt {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write('\nstopping after the running step; press Ctrl-C again to stop at once\n');
    controller.abort(new DOMException('', 'AbortError'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
