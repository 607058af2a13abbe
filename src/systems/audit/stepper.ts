/** Runs the steps of an audit, reports them, and lets an interrupt in between. */
import type { ReadVerilog } from '../../verification/index.ts';
import type { AuditOptions, AuditStep } from './audit-options.ts';

export type RunStep = <T>(name: AuditStep, work: () => T | Promise<T>, say: (result: T) => string) => Promise<T>;

/** Make the function that runs a step; it throws where the audit is interrupted. */
export function stepper({ onStart, onStep, signal }: AuditOptions): RunStep {
  return async <T>(name: AuditStep, work: () => T | Promise<T>, say: (result: T) => string): Promise<T> => {
    onStart?.(name);
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    const result = await work();
    signal?.throwIfAborted();
    onStep?.(name, say(result));
    return result;
  };
}

/** Say what Yosys has read. */
export function readText({ design, seconds, version }: ReadVerilog): string {
  return `${Object.keys(design.modules).length} modules in ${seconds.toFixed(1)} s, ${version.split(' (')[0]}`;
}
