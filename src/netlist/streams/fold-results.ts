/** The part of a stage behind its circuit: an accumulator over several terms, and results gathered to one beat. */
import type { Fold } from '../../circuit/index.ts';
import { busWidth, packVector } from '../bus.ts';
import { counterTo, isAt, looked } from './control.ts';
import type { ModuleBuilder } from '../module-builder.ts';
import type { Module, Net } from '../netlist.ts';

/** Data that is there in the cycles in which `valid` is 1. */
export interface Flow {
  readonly valid: Net;
  readonly data: Net;
}

/**
 * Accumulate: after every `fold.steps` terms their sum is the result, one cycle after the last.
 *
 * @param update the circuit of one update, as a combinational module with inputs `sum` and `term`
 */
export function foldTerms(builder: ModuleBuilder, fold: Fold, update: Module, { valid, data }: Flow): Flow {
  const { formats } = fold.circuit.inputs[0]!;
  const width = busWidth(formats);
  const sum = builder.registerPlaceholder(width, { enable: valid });
  builder.name(sum, 'sum');
  const starts = fold.initial.map((row) => packVector(formats, row));
  const at = fold.steps === 1 ? undefined : counterTo(builder, fold.steps, valid, 'term_of_result');
  const atEnd = at === undefined ? valid : builder.and(valid, isAt(builder, at, fold.steps - 1));
  const start =
    starts.length === 1
      ? builder.constant(starts[0]!, width)
      : looked(builder, 'starts', counterTo(builder, starts.length, atEnd, 'start_of_result'), width, starts);
  const before = at === undefined ? start : builder.mux(isAt(builder, at, 0), start, sum);
  const [next] = builder.instance('u_update', update, [before, data]);
  builder.connect(sum, next!);
  const isDone = builder.register(atEnd, { reset: 0n });
  builder.name(isDone, 'sum_valid');
  return { valid: isDone, data: sum };
}

/** Gather: `results` results one after another, the first lowest, are one. */
export function gatherResults(builder: ModuleBuilder, results: number, { valid, data }: Flow): Flow {
  if (results === 1) return { valid, data };
  const at = counterTo(builder, results, valid, 'result_of_beat');
  // Earlier results wait in a line that moves on with each; the latest needs no register.
  const line: Net[] = [data];
  for (let k = 1; k < results; k += 1) {
    line.push(builder.register(line.at(-1)!, { enable: valid }));
    builder.name(line.at(-1)!, `result_d${k}`);
  }
  return { valid: builder.and(valid, isAt(builder, at, results - 1)), data: builder.concat(line) };
}
