/** Large graphs compile in bounded time, and depth of the graph is never depth of the stack. */
import { describe, expect, it } from 'vitest';
import {
  circuitBuilder,
  constantProducts,
  type LayerGraph,
  withNarrowPorts,
  withoutUnreadElements,
} from '../../src/circuit/index.ts';
import { compileNetwork } from '../../src/compile/index.ts';
import { interpretGraph } from '../../src/emulation/index.ts';
import { device, estimateResources } from '../../src/estimation/index.ts';
import { fixed, ufixed } from '../../src/fixed/index.ts';
import { validateNetlist } from '../../src/netlist/index.ts';
import { buildNetwork, withParameters } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { buildPipeline } from '../../src/systems/pipeline.ts';
import { tensor } from '../../src/tensor/index.ts';
import { printNetlist } from '../../src/verilog/index.ts';

const TARGET = { part: 'xcvu13p', clockMHz: 200 };
/** Several times what it takes on one core of a slow machine. */
const MOST_CPU_SECONDS = 150;

/** A network of dense layers with random weights of 8 bits. */
function denseGraph(sizes: readonly number[]): LayerGraph {
  const random = stream('scale', 'spec');
  const widths = sizes.slice(1);
  const network = buildNetwork(
    'scale',
    [{ name: 'x', shape: [sizes[0]!] }],
    widths.flatMap((units, k) => [
      { kind: 'dense' as const, name: `dense${k}`, attributes: { units } },
      { kind: 'relu' as const, name: `relu${k}` },
    ]),
    random,
  );
  const precision = Object.fromEntries(
    widths.flatMap((_, k) => [
      [`dense${k}`, { weight: 'ap_fixed<8,1>', bias: 'ap_fixed<8,1>' }],
      [`relu${k}`, { result: 'ap_ufixed<8,3,AP_TRN,AP_SAT>' }],
    ]),
  );
  const weights = Object.fromEntries(
    widths.map((units, k) => {
      const codes = Float32Array.from({ length: sizes[k]! * units }, () => random.integer(-128, 128) / 128);
      return [`dense${k}`, { kernel: tensor(codes, [sizes[k]!, units]) }];
    }),
  );
  return compileNetwork(
    { ...withParameters(network, weights), precision: { x: { result: 'ap_fixed<8,1>' }, ...precision } },
    {},
  );
}

/** Σ ± 2^s · x_i over many inputs, as one layer. */
function sumGraph(weights: readonly bigint[]): LayerGraph {
  const builder = circuitBuilder('sum');
  const input = ufixed(8, 8);
  const formats = weights.map(() => input);
  const x = builder.input('x', formats);
  const products = constantProducts(
    builder,
    [x],
    weights.map((weight) => [weight]),
    0,
    [{ raw: 5n, fraction: 0 }],
  );
  builder.output('y', products![0]!, [fixed(40, 40)]);
  const circuit = builder.build();
  return {
    name: 'long',
    inputs: [{ name: 'x', formats }],
    layers: [{ name: 'sum', kind: 'dense', circuit, inputs: ['x'] }],
    outputs: ['sum'],
  };
}

/** From a graph to Verilog; gives the text and what was built. */
function toVerilog(graph: LayerGraph) {
  const { built, netlist } = buildPipeline(graph, TARGET);
  validateNetlist(netlist);
  const { lut } = estimateResources(netlist, device(TARGET.part));
  const text = printNetlist(netlist)
    .map((file) => file.text)
    .join('\n');
  return { built, lut, text };
}

describe('large graphs', () => {
  it('compiles 10,000 dense weights in bounded processor time, to the same values', { timeout: 600_000 }, () => {
    const sizes = [32, 128, 44, 10];
    const before = process.cpuUsage();

    const graph = denseGraph(sizes);
    const { built, lut, text } = toVerilog(graph);

    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(MOST_CPU_SECONDS);
    // Each non-zero weight takes part in an addition of about the width of an activation, which sharing makes fewer of.
    expect(lut).toBeGreaterThan(10_168);
    expect(lut).toBeLessThan(30 * 10_168);
    expect(text.match(/^module /gm)!.length).toBeGreaterThan(5);
    const random = stream('scale', 'samples');
    for (let k = 0; k < 3; k++) {
      const sample = Array.from({ length: sizes[0]! }, () => BigInt(random.integer(-128, 128)));
      expect(interpretGraph(built, [sample]).get('relu2')).toEqual(interpretGraph(graph, [sample]).get('relu2'));
    }
  });

  it('compiles one sum of 20,000 terms without running out of stack', { timeout: 600_000 }, () => {
    const weights = Array.from({ length: 20_000 }, (_, i) => (i % 3 === 0 ? -1n : 1n) << BigInt(i % 5));

    const { built, lut, text } = toVerilog(sumGraph(weights));

    // At least one adder of eight bits per term.
    expect(lut).toBeGreaterThan(8 * 49_999);
    expect(text).toMatch(/^module long_sum/m);
    const sample = weights.map((_, i) => BigInt((i * 31) % 256));
    const expected = weights.reduce((sum, weight, i) => sum + weight * sample[i]!, 5n);
    expect(interpretGraph(built, [sample]).get('sum')).toEqual([expected]);
  });

  it('narrows a chain of 20,000 dependent operations to the same values', { timeout: 600_000 }, () => {
    const builder = circuitBuilder('chain');
    const [x, one] = builder.input('x', [ufixed(4, 4), ufixed(1, 1)]);
    const links = 20_000;
    let wire = x!;
    for (let k = 0; k < links; k++)
      wire = builder.bitwise('xor', builder.cast(builder.add(wire, one!), ufixed(4, 4)), x!);
    builder.output('y', [wire], [ufixed(4, 4)]);
    const graph: LayerGraph = {
      name: 'deep',
      inputs: [{ name: 'x', formats: [ufixed(4, 4), ufixed(1, 1)] }],
      layers: [{ name: 'chain', kind: 'dense', circuit: builder.build(), inputs: ['x'] }],
      outputs: ['chain'],
    };

    const built = withoutUnreadElements(withNarrowPorts(graph));

    let expected = 9;
    for (let k = 0; k < links; k++) expected = ((expected + 1) & 15) ^ 9;
    expect(interpretGraph(built, [[9n, 1n]]).get('chain')).toEqual([BigInt(expected)]);
  });
});
