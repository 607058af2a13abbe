/**
 * Value change dumps (IEEE 1364-2001, section 18) that GTKWave and Surfer open.
 *
 * Scopes repeat the instance names of the RTL, the time unit is 1 ps with the real clock period. A cycle begins with
 * the rising edge; its values, settled, stand there until the next. Only changes are written, and nets that are one
 * value across module boundaries share one identifier, which keeps the file small.
 */
import { CLOCK } from '../netlist/index.ts';
import type { Signal, Simulator } from './simulator.ts';

/** What to record. */
export interface VcdOptions {
  /** Clock period in nanoseconds, above 0; rounded to whole picoseconds, at least 2. */
  readonly periodNs: number;
  /** Name of the outermost scope: the top module. */
  readonly top: string;
  /**
   * Keep only some signals.
   * @defaultValue all named nets and ports
   */
  readonly include?: (signal: Signal) => boolean;
}

/** A waveform under recording: it has state. */
export interface VcdRecorder {
  /** Record the current cycle; call once per cycle, before the rising edge that ends it. */
  sample(): void;
  /** The dump so far, complete and closed. */
  text(): string;
}

/** Record the waveforms of a simulation. */
export function recordVcd(simulator: Simulator, options: VcdOptions): VcdRecorder {
  const period = Math.max(2, Math.round(options.periodNs * 1000));
  const signals = simulator.signals().filter((signal) => options.include?.(signal) ?? true);
  const values = new Map<number, { readonly id: string; readonly signal: Signal; last: bigint | undefined }>();
  for (const signal of signals) {
    if (!values.has(signal.slot))
      values.set(signal.slot, { id: identifierCode(values.size + 1), signal, last: undefined });
  }
  const clockId = identifierCode(0);
  const changes: string[] = [];
  let cycle = 0;
  return {
    sample: () => {
      changes.push(`#${cycle * period}`);
      if (cycle === 0) changes.push('$dumpvars');
      changes.push(`1${clockId}`);
      for (const entry of values.values()) {
        const now = entry.signal.read();
        if (now === entry.last) continue;
        entry.last = now;
        changes.push(entry.signal.width === 1 ? `${now}${entry.id}` : `b${now.toString(2)} ${entry.id}`);
      }
      if (cycle === 0) changes.push('$end');
      changes.push(`#${cycle * period + Math.floor(period / 2)}`, `0${clockId}`);
      cycle += 1;
    },
    text: () =>
      [
        '$version distill-rtl $end',
        '$timescale 1 ps $end',
        ...declarations(options.top, clockId, signals, (slot) => values.get(slot)!.id),
        '$enddefinitions $end',
        ...changes,
        `#${cycle * period}`,
        '',
      ].join('\n'),
  };
}

/** Printable code of a variable: digits in base 94 from `!` to `~`. */
function identifierCode(number: number): string {
  let code = '';
  let rest = number;
  do {
    code += String.fromCharCode(33 + (rest % 94));
    rest = Math.floor(rest / 94);
  } while (rest > 0);
  return code;
}

/** Nested scopes with their variables; signals come scope by scope, parents before children. */
function declarations(
  top: string,
  clockId: string,
  signals: readonly Signal[],
  id: (slot: number) => string,
): string[] {
  interface ScopeTree {
    readonly lines: string[];
    readonly children: Map<string, ScopeTree>;
  }
  const root: ScopeTree = { lines: [`$var wire 1 ${clockId} ${CLOCK} $end`], children: new Map() };
  for (const signal of signals) {
    let scope = root;
    for (const name of signal.path) {
      let child = scope.children.get(name);
      if (child === undefined) {
        child = { lines: [], children: new Map() };
        scope.children.set(name, child);
      }
      scope = child;
    }
    const range = signal.width === 1 ? '' : ` [${signal.width - 1}:0]`;
    scope.lines.push(`$var wire ${signal.width} ${id(signal.slot)} ${signal.name}${range} $end`);
  }
  const lines: string[] = [];
  const write = (name: string, scope: ScopeTree): void => {
    lines.push(`$scope module ${name} $end`, ...scope.lines);
    for (const [child, tree] of scope.children) write(child, tree);
    lines.push('$upscope $end');
  };
  write(top, root);
  return lines;
}
