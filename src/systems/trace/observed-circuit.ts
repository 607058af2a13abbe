/**
 * A layer's circuit with the exact operand of every cast as a further output, run on batches.
 *
 * Modular casts (see cast-sites.ts) are widened until they keep their operand's integer bits: the layer's output stays
 * the same to the bit, and an accumulator's last cast then shows the true sum instead of one that wrapped on the way.
 */
import {
  type Circuit,
  circuitBuilder,
  formatOfType,
  inlineCircuit,
  type Op,
  castKeepsValues,
} from '../../circuit/index.ts';
import { compileEmulator, interpretBatch, type Samples } from '../../emulation/index.ts';
import { UnsupportedError } from '../../errors.ts';
import { type FixedFormat, fractionBits } from '../../fixed/index.ts';
import type { CastSite } from './cast-sites.ts';

/** Raw codes, row-major [samples][elements]. */
export type Codes = Samples | readonly bigint[];

/** A layer's circuit made ready to be observed. */
export interface ObservedCircuit {
  /** Binary point of each site's operand as `run` returns it. */
  readonly fractions: readonly number[];
  /** Bits of each site's operand. */
  readonly widths: readonly number[];
  /** Run samples: the layer's output, and the operands of the sites [samples][sites]. */
  readonly run: (samples: number, inputs: readonly Codes[]) => { readonly output: Codes; readonly operands: Codes };
}

/** Bits by which a widened cast is wider: more than any sum of a layer can grow. */
const HEADROOM = 64;

/** Prepare a layer's circuit for observation of the operands of `sites`. */
export function observeCircuit(circuit: Circuit, sites: readonly CastSite[]): ObservedCircuit {
  const modular = new Set(sites.filter((site) => site.modular).map((site) => site.wire));
  const ops = circuit.ops.map((op, wire): Op => {
    if (op.kind !== 'cast') return op;
    const keeps = castKeepsValues(circuit.types[op.a]!, op.format);
    return keeps || modular.has(wire) ? { ...op, format: widened(op.format) } : op;
  });
  const builder = circuitBuilder(circuit.name);
  const inputs = circuit.inputs.map((port) => builder.input(port.name, port.formats));
  const y = circuit.outputs[0]!;
  const watched = { name: 'operands', wires: sites.map((site) => site.operand), formats: [] };
  const [wires, operands] = inlineCircuit(builder, { ...circuit, ops, outputs: [y, watched] }, inputs);
  const formats = operands!.map((wire) => formatOfType(builder.typeOf(wire)));
  builder.output(y.name, wires!, y.formats);
  if (sites.length > 0) builder.output(y.name === 'operands' ? 'operands_of_casts' : 'operands', operands!, formats);
  const built = builder.build();
  const run = runner(built);
  return {
    fractions: formats.map(fractionBits),
    widths: formats.map((format) => format.width),
    run: (samples, codes) => {
      const [output, watchedCodes = new Int32Array(0)] = run(samples, codes);
      return { output: output!, operands: watchedCodes };
    },
  };
}

function widened(format: FixedFormat): FixedFormat {
  const { width, integer } = format;
  return { ...format, signed: true, width: width + HEADROOM, integer: integer + HEADROOM };
}

/** Compiled where every wire fits 64 bits, interpreted where not; both give the same bits. */
function runner(circuit: Circuit): (samples: number, inputs: readonly Codes[]) => readonly Codes[] {
  try {
    const emulator = compileEmulator(circuit);
    return (samples, inputs) => emulator.run(samples, inputs);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    return (samples, inputs) => interpretBatch(circuit, samples, inputs);
  }
}
