/** Options that several verbs share, and how their texts become values. */
import { InvalidArgumentError, Option } from 'commander';
import type { CompileOptions } from '../compile/index.ts';
import { parseFormat } from '../fixed/index.ts';

/** What `compilerOptions` reads. */
export interface CompilerArguments {
  readonly weights?: string;
  readonly precision: string;
  readonly profile: 'exact' | 'hls4ml';
  readonly strategy: 'shift-add' | 'multiplier';
}

/** Options of every verb that turns a model into a circuit. */
export function compilerOptions(): Option[] {
  return [
    new Option('--weights <file>', 'HDF5 weights of a Keras JSON (default: <model>_weights.h5 beside it)'),
    new Option('--precision <format>', 'format of everything without one of its own').default('ap_fixed<16,6>'),
    new Option('--profile <name>', 'arithmetic: round only where asked, or as hls4ml does')
      .choices(['exact', 'hls4ml'])
      .default('exact'),
    new Option('--strategy <name>', 'constant multiplication as adders, or as multipliers')
      .choices(['shift-add', 'multiplier'])
      .default('shift-add'),
  ];
}

/** The compiler's options from arguments; a malformed precision is refused here, before anything is read. */
export function compileOptionsOf(options: CompilerArguments): CompileOptions {
  parseFormat(options.precision);
  return { precision: options.precision, profile: options.profile, strategy: options.strategy };
}

/** Read a positive number. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** Read a positive integer. */
export function positiveInteger(text: string): number {
  const value = positiveNumber(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be a positive whole number.');
  return value;
}
