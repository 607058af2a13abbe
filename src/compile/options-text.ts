/**
 * Compile options as JSON text, so that a second person can compile the same network to the same circuit.
 *
 * Defaults are written out: a later version may have others. `Infinity`, which JSON does not know, is the text
 * "Infinity". An optimiser of adder graphs of one's own is code and has no text; what is kept is that there was one.
 */
import { z } from 'zod';
import { DistillError, FormatError } from '../errors.ts';
import { parseFormat } from '../fixed/index.ts';
import { type CompileOptions, type CompleteOptions, completeOptions } from './options.ts';

/** First field of the text of compile options. */
const optionsFormat = 'distill-rtl/compile/1';

export interface RecordedOptions {
  readonly options: CompleteOptions;
  /** Whether the adder graphs were made by an optimiser of the user's own, which these options lack. */
  readonly hasOwnOptimizer: boolean;
}

/** Whether a text is a format; the complaint about one that is not. */
function isFormat(text: string, context: z.RefinementCtx): void {
  try {
    parseFormat(text);
  } catch (error) {
    if (!(error instanceof DistillError)) throw error;
    context.addIssue(error.message.replace(/\.$/, ''));
  }
}

const count = z.number().int().nonnegative();
const format = z.string().superRefine(isFormat);
const formats = z.array(format);
const role = z
  .union([z.string(), z.array(z.string())], 'it must be a format, "auto" or a list of formats')
  .superRefine((asked, context) => {
    for (const text of asked === 'auto' ? [] : [asked].flat()) isFormat(text, context);
  });

const schema = z.strictObject({
  format: z.literal(optionsFormat),
  profile: z.enum(['hls4ml', 'exact']),
  strategy: z.enum(['adder-graph', 'shift-add', 'multiplier']),
  adderDepth: z.union([count, z.literal('Infinity')], 'it must be an integer of at least 0 or "Infinity"'),
  adderEffort: z.number().nonnegative(),
  adderOptimizer: z.literal('own').optional(),
  precision: format,
  layerPrecision: z.record(z.string(), z.record(z.string(), role)),
  inputFormats: z.record(z.string(), formats),
  tableSize: count.min(2),
  softmax: z.strictObject({
    implementation: z.enum(['stable', 'latency', 'legacy', 'argmax']).exactOptional(),
    expTableSize: count.min(2).exactOptional(),
    invTableSize: count.min(2).exactOptional(),
    expScale: z.number().exactOptional(),
  }),
});

/**
 * Write compile options as JSON text, ending in a newline.
 *
 * @throws FormatError if an option has a value that the compiler does not take
 */
export function serializeCompileOptions(options: CompileOptions): string {
  const { adderDepth, ...complete } = completeOptions(options);
  const text = {
    format: optionsFormat,
    ...complete,
    adderDepth: adderDepth === Infinity ? 'Infinity' : adderDepth,
    ...(options.adderOptimizer !== undefined && { adderOptimizer: 'own' }),
  };
  return `${JSON.stringify(checked(text), null, 2)}\n`;
}

/**
 * Read compile options from `serializeCompileOptions`' text.
 *
 * @throws FormatError when the text is no JSON, or a field is missing, unknown or of the wrong kind
 */
export function parseCompileOptions(text: string): RecordedOptions {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new FormatError(`The compile options are not JSON: ${(error as Error).message}.`);
  }
  const { format: _, adderOptimizer, adderDepth, ...rest } = checked(data);
  return {
    options: { ...rest, adderDepth: adderDepth === 'Infinity' ? Infinity : adderDepth },
    hasOwnOptimizer: adderOptimizer !== undefined,
  };
}

function checked(data: unknown): z.infer<typeof schema> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new FormatError(
    `The compile options are malformed at ${issue.path.join('.') || 'their top level'}: ${issue.message}.`,
  );
}
