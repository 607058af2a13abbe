/** Options that several verbs share, and how their texts become values. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { MultiplicationStrategy } from '../circuit/index.ts';
import { type CompileOptions, DEFAULT_ADDER_DEPTH, DEFAULT_ADDER_EFFORT } from '../compile/index.ts';
import { FileError } from '../errors.ts';
import { parseFormat } from '../fixed/index.ts';
import { type Hls4mlConfig, parseHls4mlConfig } from '../formats/index.ts';
import { fileReason } from '../verilog/index.ts';
import { UsageError } from './usage.ts';

/** What `compilerSetup` reads. */
export interface CompilerArguments {
  readonly config?: string;
  readonly weights?: string;
  readonly precision: string;
  readonly profile: 'exact' | 'hls4ml';
  readonly strategy: MultiplicationStrategy;
  readonly adderDepth: number;
  readonly effort: number;
}

/** Options of every verb that turns a model into a circuit. */
export function compilerOptions(): Option[] {
  return [
    new Option('--config <file>', 'hls4ml configuration (YAML); options given here win over it'),
    new Option('--weights <file>', 'HDF5 weights of a Keras JSON (default: <model>_weights.h5 beside it)'),
    new Option('--precision <format>', 'format of everything without one of its own').default('ap_fixed<16,6>'),
    new Option('--profile <name>', 'round only where asked, or as hls4ml does; with --config hls4ml is the default')
      .choices(['exact', 'hls4ml'])
      .default('exact'),
    new Option(
      '--strategy <name>',
      'constants as adders shared by all sums of a layer, as adders sum by sum, or as multipliers',
    )
      .choices(['adder-graph', 'shift-add', 'multiplier'])
      .default('adder-graph'),
    new Option('--adder-depth <levels>', 'adder levels that shared sums may have beyond the least possible')
      .argParser(wholeNumber(0))
      .default(DEFAULT_ADDER_DEPTH),
    new Option('--effort <n>', 'how long to search for shared sums; 0 is the shortest')
      .argParser(wholeNumber(0))
      .default(DEFAULT_ADDER_EFFORT),
  ];
}

/** What a model is compiled with, from a configuration and the command line. */
export interface CompilerSetup {
  readonly model: string;
  readonly weights: string | undefined;
  readonly compile: CompileOptions;
  /** The configuration, where one was given. */
  readonly config: Hls4mlConfig | undefined;
  /** Files that were read or will be, for the record of the run. */
  readonly files: readonly string[];
}

/**
 * Merge configuration and command line.
 *
 * @throws UsageError if no model is named; FileError or FormatError for the configuration; FormatError for the precision
 */
export function compilerSetup(model: string | undefined, options: CompilerArguments, command: Command): CompilerSetup {
  const config = options.config === undefined ? undefined : readConfig(options.config);
  const besideConfig = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(dirname(options.config!), path);
  const chosen = model ?? besideConfig(config?.model);
  if (chosen === undefined) {
    throw new UsageError(
      options.config === undefined
        ? '<model> is missing.'
        : `<model> is missing, and ${basename(options.config)} names none.`,
    );
  }
  const given = givenOptions(command);
  const precision = given('precision') ? options.precision : (config?.precision ?? options.precision);
  parseFormat(precision);
  const compile: CompileOptions = {
    precision,
    profile: given('profile') || config === undefined ? options.profile : 'hls4ml',
    strategy: given('strategy') ? options.strategy : (config?.strategy ?? options.strategy),
    adderDepth: options.adderDepth,
    adderEffort: options.effort,
    ...(config !== undefined && { layerPrecision: config.layerPrecision }),
    ...(config?.tableSize !== undefined && { tableSize: config.tableSize }),
  };
  const weights = options.weights ?? (model === undefined ? besideConfig(config?.weights) : undefined);
  const files = [chosen, weights, options.config].filter((file) => file !== undefined);
  return { model: chosen, weights, compile, config, files };
}

/** Tell whether an option was given on the command line, and not by its default. */
export function givenOptions(command: Command): (name: string) => boolean {
  return (name) => command.getOptionValueSource(name) === 'cli';
}

function readConfig(path: string): Hls4mlConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new FileError(`Configuration "${path}" cannot be read: ${readReason(error)}.`);
  }
  return parseHls4mlConfig(text, basename(path));
}

/** Why a file cannot be read. */
export function readReason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it does not exist' : fileReason(error);
}

/** Read a positive number. */
export function positiveNumber(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(Number.isFinite(value) && value > 0)) throw new InvalidArgumentError('it must be a number above 0.');
  return value;
}

/** Make a reader of numbers from `low` to `high`, both inclusive. */
export function numberBetween(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= low && value <= high)) throw new InvalidArgumentError(`it must be a number from ${low} to ${high}.`);
    return value;
  };
}

/** Make a reader of whole numbers of at least `minimum`. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`it must be a whole number of at least ${minimum}.`);
    }
    return value;
  };
}
