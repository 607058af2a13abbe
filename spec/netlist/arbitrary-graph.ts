/**
 * Random layer graphs with skip connections: layers over inputs and earlier layers, each a short circuit program.
 *
 * Operands are taken modulo what exists, so every plan is valid and shrinks. Wires beyond 24 bits are cast down.
 */
import * as fc from 'fast-check';
import { circuitBuilder, formatOfType, typeOfFormat, widthOf } from '../../src/circuit/index.ts';
import type { GraphLayer, LayerGraph, Wire } from '../../src/circuit/index.ts';
import { OVERFLOWS, QUANTIZATIONS, fixed, ufixed } from '../../src/fixed/index.ts';
import type { FixedFormat } from '../../src/fixed/index.ts';

interface Step {
  readonly op: number;
  readonly a: number;
  readonly b: number;
  readonly n: number;
}

interface LayerPlan {
  readonly sources: readonly number[];
  readonly steps: readonly Step[];
  readonly outputs: readonly number[];
}

const format = fc
  .record({
    signed: fc.boolean(),
    width: fc.integer({ min: 1, max: 9 }),
    integer: fc.integer({ min: -1, max: 6 }),
    quantization: fc.constantFrom(...QUANTIZATIONS),
    overflow: fc.constantFrom(...OVERFLOWS.filter((mode) => mode !== 'AP_WRAP_SM')),
  })
  .map(({ signed, width, integer, ...modes }) => (signed ? fixed : ufixed)(width, integer, modes));

const step = fc.record({ op: fc.nat(9), a: fc.nat(20), b: fc.nat(20), n: fc.nat(11) });
const layerPlan = fc.record({
  sources: fc.array(fc.nat(5), { minLength: 1, maxLength: 2 }),
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  outputs: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
});

function buildLayer(
  name: string,
  plan: LayerPlan,
  sources: readonly (readonly FixedFormat[])[],
): GraphLayer['circuit'] {
  const builder = circuitBuilder(name);
  const wires: Wire[] = sources.flatMap((formats, k) => builder.input(`x${k}`, formats));
  const table = (wire: Wire, n: number): Wire => {
    const { lo, hi } = builder.typeOf(wire);
    const values = Array.from({ length: Number(hi - lo) + 1 }, (_, k) => BigInt(((k * (n + 3)) % 17) - 5));
    return builder.table(wire, { name: `t${n}`, lo, values, fraction: n % 4 });
  };
  for (const { op, a: i, b: j, n } of plan.steps) {
    const a = wires[wires.length - 1 - (i % wires.length)]!;
    const b = wires[wires.length - 1 - (j % wires.length)]!;
    const small = (wire: Wire): Wire =>
      builder.cast(
        wire,
        fixed(5, 3, { quantization: QUANTIZATIONS[n % 7]!, overflow: n % 2 === 0 ? 'AP_SAT' : 'AP_WRAP' }),
      );
    const make = [
      () => builder.add(a, b, (n % 5) - 2),
      () => builder.subtract(a, b, (n % 5) - 2),
      () => builder.multiply(small(a), b),
      () => builder.negate(a),
      () => small(a),
      () =>
        builder.select(builder.compare(n % 2 === 0 ? 'lt' : 'le', a, b), a, builder.constant(BigInt(n) - 5n, n % 3)),
      () => table(small(a), n),
      () => builder.bitwise(n % 2 === 0 ? 'and' : 'xor', a, b),
      () => builder.scale(a, (n % 5) - 2),
      () => builder.constant(BigInt(n) - 4n, 1),
    ][op]!();
    const fitted = widthOf(builder.typeOf(make)) > 24 ? small(make) : make;
    if (n % 2 === 0) builder.label(fitted, `v_${op}`);
    wires.push(fitted);
  }
  const outputs = plan.outputs.map((pick) => {
    const wire = wires[wires.length - 1 - (pick % wires.length)]!;
    return widthOf(builder.typeOf(wire)) > 12 ? builder.cast(wire, fixed(9, 4, { overflow: 'AP_SAT' })) : wire;
  });
  builder.output(
    'y',
    outputs,
    outputs.map((wire) => formatOfType(builder.typeOf(wire))),
  );
  return builder.build();
}

/** Graphs of up to two inputs and up to five layers; the last layer and sometimes one more are outputs. */
export function graphs(): fc.Arbitrary<LayerGraph> {
  return fc
    .tuple(
      fc.array(fc.array(format, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 2 }),
      fc.array(layerPlan, { minLength: 1, maxLength: 5 }),
    )
    .map(([inputFormats, plans]) => {
      const inputs = inputFormats.map((formats, k) => ({ name: `in${k}`, formats }));
      const known = new Map<string, readonly FixedFormat[]>(inputs.map((input) => [input.name, input.formats]));
      const layers: GraphLayer[] = [];
      plans.forEach((plan, k) => {
        // The newest source first, so that small numbers make chains.
        const names = [...known.keys()].toReversed();
        const sources = plan.sources.map((pick) => names[pick % names.length]!);
        const circuit = buildLayer(
          `layer${k}`,
          plan,
          sources.map((source) => known.get(source)!),
        );
        layers.push({ name: `layer${k}`, kind: 'random', circuit, inputs: sources });
        known.set(`layer${k}`, circuit.outputs[0]!.formats);
      });
      const outputs = [...new Set([layers.at(-1)!.name, layers[Math.floor(layers.length / 2)]!.name])];
      return { name: 'random', inputs, layers, outputs };
    });
}

/** Samples for a graph: per sample one vector per input, corner codes included. */
export function samples(graph: LayerGraph, count: number): fc.Arbitrary<bigint[][][]> {
  const code = (target: FixedFormat): fc.Arbitrary<bigint> => {
    const { lo, hi } = typeOfFormat(target);
    return fc.oneof(fc.constantFrom(lo, hi), fc.bigInt({ min: lo, max: hi }));
  };
  const sample = fc.tuple(...graph.inputs.map((input) => fc.tuple(...input.formats.map(code))));
  return fc.array(sample, { minLength: 1, maxLength: count }) as fc.Arbitrary<bigint[][][]>;
}
