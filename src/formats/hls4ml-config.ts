/**
 * hls4ml's YAML configuration, as far as it says what this package can be asked for.
 *
 * Meanings are hls4ml's: `ClockPeriod` in ns, `Precision` of the model, then of a layer, then of one of its variables.
 * What cannot be honoured (precisions by layer type, compressed weights) is refused by name; what only
 * steers hls4ml's own flow (`Backend`, `WriterConfig`, `Trace`, …) is listed in `ignored`. A key that hls4ml does not
 * have is refused, since it is a misspelt one. Source: hls4ml 1.1, `config_from_keras_model` and `vivado_writer`.
 */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { DistillError, FormatError, UnsupportedError } from '../errors.ts';
import { parseFormat } from '../fixed/index.ts';
import type { LayerPrecision } from '../network/index.ts';

/** What a configuration asks for; absent fields were not said. */
export interface Hls4mlConfig {
  /** Model and weights files as written, relative to the configuration's folder. */
  readonly model?: string;
  readonly weights?: string;
  readonly outputFolder?: string;
  readonly part?: string;
  readonly clockPeriodNs?: number;
  /** Default precision. */
  readonly precision?: string;
  /** Whole samples, or a beat per clock. */
  readonly ioType?: 'io_parallel' | 'io_stream';
  /** Reuse factor of all layers with weights. */
  readonly reuseFactor?: number;
  /** Reuse factors by layer name. */
  readonly layerReuse: Readonly<Record<string, number>>;
  /** `distributed_arithmetic` is our adder-graph; the other strategies leave the choice open. */
  readonly strategy?: 'adder-graph';
  /** Entries of all tables. */
  readonly tableSize?: number;
  /** Precisions by layer name and our role names. */
  readonly layerPrecision: Readonly<Record<string, LayerPrecision>>;
  /** Keys that have no meaning here, as paths. */
  readonly ignored: readonly string[];
}

/** hls4ml's names of precisions and ours. */
const roles: Readonly<Record<string, string>> = {
  weight: 'weight',
  bias: 'bias',
  accum: 'accum',
  result: 'result',
  scale: 'scale',
  table: 'table',
  exp_table: 'expTable',
  inv_table: 'invTable',
  inv_inp: 'invInput',
  inp_norm: 'inputNorm',
  slope: 'slope',
  shift: 'shift',
  param: 'param',
};

/** Variables that a layer's single precision covers; tables keep hls4ml's own default. */
const plainRoles = ['weight', 'bias', 'scale', 'accum', 'result'];

/**
 * Give our role names to precisions under hls4ml's.
 *
 * @param keys - formats by hls4ml's variable name; `default` covers weight, bias, scale, accum and result
 * @throws UnsupportedError for a variable that no layer of ours has
 */
export function precisionFromHls4ml(keys: Readonly<Record<string, string>>): LayerPrecision {
  const { default: common, ...own } = keys;
  const named = Object.entries(own).map(([key, text]) => {
    const role = Object.hasOwn(roles, key) ? roles[key] : undefined;
    if (role === undefined) {
      throw new UnsupportedError(
        `Precision of "${key}" is not supported; known are ${Object.keys(roles).join(', ')} and default.`,
      );
    }
    return [role, text] as const;
  });
  const covered = common === undefined ? [] : plainRoles.map((role) => [role, common] as const);
  return Object.fromEntries([...covered, ...named]);
}

/** `{Precision: ap_fixed<16,6>}` has a key `6>`, for a comma ends a value inside braces. */
const quotesHint = (key: string | undefined): string =>
  key?.endsWith('>') === true ? ' (a format inside braces needs quotes)' : '';

/** An object whose unknown keys are answered with the known ones. */
const section = <S extends z.ZodRawShape>(shape: S) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `key "${issue.keys[0]}" is unknown${quotesHint(issue.keys[0])}; known are ${Object.keys(shape).join(', ')}`
        : undefined,
  });

const anything = z.unknown().optional();
const number = z.number().gt(0);
const reuse = z.int().min(1).optional();
const layer = section({
  Precision: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
  ReuseFactor: reuse,
  Strategy: z.string().optional(),
  TableSize: z.int().min(2).max(65_536).optional(),
  Implementation: z.string().optional(),
  Trace: anything,
  Skip: anything,
  ParallelizationFactor: anything,
  ConvImplementation: anything,
});
const modelSection = section({
  Precision: z.union([z.string(), section({ default: z.string() })]).optional(),
  ReuseFactor: reuse,
  Strategy: z.string().optional(),
  BramFactor: anything,
  TraceOutput: anything,
  ConvImplementation: anything,
});
type LayerSection = z.infer<typeof layer>;
type ModelSection = z.infer<typeof modelSection>;
const schema = section({
  KerasJson: z.string().optional(),
  KerasH5: z.string().optional(),
  KerasModel: z.string().optional(),
  OnnxModel: z.string().optional(),
  OutputDir: z.string().optional(),
  ProjectName: anything,
  Part: z.string().optional(),
  XilinxPart: z.string().optional(),
  ClockPeriod: number.optional(),
  ClockUncertainty: anything,
  IOType: z.string().optional(),
  Backend: anything,
  Board: anything,
  Flow: anything,
  Stamp: anything,
  Version: anything,
  WriterConfig: anything,
  AcceleratorConfig: anything,
  InputData: anything,
  OutputPredictions: anything,
  HLSConfig: section({
    Model: modelSection.optional(),
    LayerName: z.record(z.string(), layer).optional(),
    LayerType: anything,
    Optimizers: anything,
    SkipOptimizers: anything,
    Flows: anything,
  }).optional(),
});

/** Keys that are read above as anything and not looked at. */
const ignoredTop = ['ProjectName', 'ClockUncertainty', 'Backend', 'Board', 'Flow', 'Stamp', 'Version'] as const;
const ignoredFiles = ['WriterConfig', 'AcceleratorConfig', 'InputData', 'OutputPredictions'] as const;
const ignoredModel = ['BramFactor', 'TraceOutput', 'ConvImplementation'] as const;
const ignoredHls = ['Optimizers', 'SkipOptimizers', 'Flows'] as const;

/**
 * Read a configuration from YAML text.
 *
 * @param source - name of the file, for messages
 * @throws FormatError for text that is no YAML, an unknown key, a value of another type or a malformed precision;
 *   UnsupportedError for a setting that cannot be honoured
 */
export function parseHls4mlConfig(text: string, source: string): Hls4mlConfig {
  const document = parseDocument(text, { logLevel: 'error' });
  const problem = document.errors[0];
  if (problem !== undefined) {
    throw new FormatError(`${source} is not valid YAML: ${problem.message.split('\n')[0]!.replace(/:$/, '')}.`);
  }
  const parsed = schema.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const { path, message } = deepest(parsed.error.issues[0]!);
    throw new FormatError(`In ${source}, ${path.length === 0 ? 'the top level' : path.join('.')}: ${message}.`);
  }
  const config = parsed.data;
  const { LayerType: layerType } = config.HLSConfig ?? {};
  const model: ModelSection = config.HLSConfig?.Model ?? {};
  const layers: Readonly<Record<string, LayerSection>> = config.HLSConfig?.LayerName ?? {};
  const { IOType: ioType } = config;
  refuseUnless(ioType === undefined || isIoType(ioType), () => [source, 'IOType', ioType, ioTypes.join(' or ')]);
  refuseUnless(layerType === undefined, () => [source, 'HLSConfig.LayerType', layerType, 'precisions by LayerName']);
  const strategies = new Set<string>();
  const parts: (readonly [string, ModelSection | LayerSection])[] = [
    ['Model', model],
    ...Object.entries(layers).map(([name, own]) => [`LayerName.${name}`, own] as const),
  ];
  for (const [place, { Strategy: strategy }] of parts) {
    if (strategy !== undefined) strategies.add(readStrategy(strategy, `HLSConfig.${place}.Strategy`, source));
  }
  const precision = typeof model.Precision === 'string' ? model.Precision : model.Precision?.default;
  if (precision !== undefined) checkFormat(precision, `HLSConfig.Model.Precision`, source);
  const layerPrecision = Object.entries(layers).flatMap(([name, { Precision: asked, Implementation: kind }]) => {
    refuseUnless(kind === undefined || kind === 'stable', () => [
      source,
      `HLSConfig.LayerName.${name}.Implementation`,
      kind,
      'stable',
    ]);
    if (asked === undefined) return [];
    const keys = typeof asked === 'string' ? { default: asked } : asked;
    for (const [key, format] of Object.entries(keys)) {
      if (format !== 'auto') checkFormat(format, `HLSConfig.LayerName.${name}.Precision.${key}`, source);
    }
    return [[name, inPlace(source, `HLSConfig.LayerName.${name}`, () => precisionFromHls4ml(keys))] as const];
  });
  const sizes = [...new Set(Object.values(layers).flatMap(({ TableSize: size }) => size ?? []))];
  refuseUnless(sizes.length < 2, () => [source, 'TableSize', sizes.join(' and '), 'one size for all layers']);
  const present = <K extends string>(keys: readonly K[], of: Readonly<Partial<Record<K, unknown>>>, at: string) =>
    keys.filter((key) => of[key] !== undefined).map((key) => `${at}${key}`);
  return {
    ...given('model', config.KerasModel ?? config.KerasJson ?? config.OnnxModel),
    ...given('weights', config.KerasH5),
    ...given('outputFolder', config.OutputDir),
    ...given('part', config.Part ?? config.XilinxPart),
    ...given('clockPeriodNs', config.ClockPeriod),
    ...given('ioType', ioType !== undefined && isIoType(ioType) ? ioType : undefined),
    ...given('reuseFactor', model.ReuseFactor),
    ...given('precision', precision),
    ...given('strategy', strategies.has('adder-graph') ? ('adder-graph' as const) : undefined),
    ...given('tableSize', sizes[0]),
    layerPrecision: Object.fromEntries(layerPrecision),
    layerReuse: Object.fromEntries(
      Object.entries(layers).flatMap(([name, own]) => (own.ReuseFactor === undefined ? [] : [[name, own.ReuseFactor]])),
    ),
    ignored: [
      ...present([...ignoredTop, ...ignoredFiles], config, ''),
      ...present(ignoredModel, model, 'HLSConfig.Model.'),
      ...present(ignoredHls, config.HLSConfig ?? {}, 'HLSConfig.'),
    ],
  };
}

const given = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });

const ioTypes = ['io_parallel', 'io_stream'] as const;
const isIoType = (text: string): text is (typeof ioTypes)[number] => (ioTypes as readonly string[]).includes(text);

/**
 * hls4ml's strategies; the gates of `latency` are whatever a synthesis tool makes of products, and `resource` is what a
 * reuse factor above 1 means here.
 */
function readStrategy(text: string, place: string, source: string): 'open' | 'adder-graph' {
  const name = text.toLowerCase();
  if (name === 'distributed_arithmetic' || name === 'da') return 'adder-graph';
  refuseUnless(['latency', 'unrolled', 'resource'].includes(name), () => [
    source,
    place,
    text,
    'Latency, Unrolled, Resource or distributed_arithmetic',
  ]);
  return 'open';
}

function refuseUnless(good: boolean, describe: () => readonly [string, string, unknown, string]): void {
  if (good) return;
  const [source, place, value, wanted] = describe();
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  throw new UnsupportedError(`In ${source}, ${place} is ${shown}, but only ${wanted} is supported.`);
}

function checkFormat(text: string, place: string, source: string): void {
  inPlace(source, place, () => parseFormat(text));
}

/** Do a job whose errors are about one place of the file. */
function inPlace<T>(source: string, place: string, job: () => T): T {
  try {
    return job();
  } catch (error) {
    if (!(error instanceof DistillError)) throw error;
    throw new FormatError(`In ${source}, ${place}: ${error.message}`);
  }
}

/** The first problem inside a union that got furthest, which is the one the person meant. */
function deepest(issue: z.core.$ZodIssue): { path: readonly PropertyKey[]; message: string } {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors.flat().filter(({ code }) => code !== 'invalid_type');
  const next = inner[0];
  if (next === undefined) return { path: issue.path, message: 'must be a text or a list of named texts' };
  const { path, message } = deepest(next);
  return { path: [...issue.path, ...path], message };
}
