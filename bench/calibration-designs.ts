/**
 * The designs that the resource estimate is held against: networks as data, with seeded weights, of the kinds that users
 * emit. What Yosys counts of each stands in `fixtures/estimation/yosys-counts.json`.
 *
 * Weights are random integer codes, not trained; strategies are named, so that a new default changes no design. To add
 * one, write it here and run `npm run study:estimates -- --update`.
 */
import { type LayerGraph, optimizeAdders, withNarrowPorts, withoutUnreadElements } from '../src/circuit/index.ts';
import { compileNetwork } from '../src/compile/index.ts';
import type { CompileOptions } from '../src/compile/index.ts';
import { device, ultrascalePlusDelay } from '../src/estimation/index.ts';
import { pipelineGraph, scheduleGraph } from '../src/netlist/index.ts';
import type { GraphSchedule, Netlist } from '../src/netlist/index.ts';
import { buildNetwork } from '../src/network/index.ts';
import type { LayerSpec, Network } from '../src/network/index.ts';
import { stream } from '../src/random/index.ts';
import { withRandomCodes } from './designs/random-codes.ts';

export interface CalibrationDesign {
  readonly name: string;
  /** What the design stands for. */
  readonly about: string;
  /** Sample shape of the only input, `x`. */
  readonly inputShape: readonly number[];
  readonly layers: readonly LayerSpec[];
  /** Formats by layer and role; `x` is the input. */
  readonly precision: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Signed bits of the codes of kernels; they are drawn evenly, zero and all. */
  readonly weightBits: number;
  /** Share of the codes that may differ from zero. */
  readonly density: number;
  readonly compile: CompileOptions & Required<Pick<CompileOptions, 'strategy'>>;
  readonly clockMHz: number;
  /** Operations that take time between two registers; without it the clock alone decides. */
  readonly maxOpsPerStage?: number;
  /** Small enough for quick runs. @defaultValue false */
  readonly smoke?: true;
}

/** Part that the designs are scheduled for. */
export const CALIBRATION_PART = 'xcvu13p-flga2577-2-e';

const shiftAdd = { strategy: 'shift-add' } as const;
const adderGraph = {
  strategy: 'adder-graph',
  adderOptimizer: (kernel, inputs) => optimizeAdders(kernel, inputs, { extraDepth: 2, effort: 0 }),
} as const satisfies CompileOptions;

/** Dense layers of these sizes with a ReLU after all but the last. */
function denseLayers(units: readonly number[]): LayerSpec[] {
  return units.flatMap((count, k): LayerSpec[] => [
    { kind: 'dense', name: `fc${k + 1}`, attributes: { units: count } },
    ...(k + 1 < units.length ? [{ kind: 'relu', name: `relu${k + 1}` } as const] : []),
  ]);
}

/** One format for all weights, biases and inputs, and for the results of layers and activations. */
function densePrecision(
  units: readonly number[],
  weight: string,
  input: string,
  result: string,
  activation: string,
): CalibrationDesign['precision'] {
  return Object.fromEntries([
    ['x', { result: input }],
    ...units.map((_, k) => [
      `fc${k + 1}`,
      k + 1 < units.length ? { weight, bias: weight } : { weight, bias: weight, result },
    ]),
    ...units.slice(1).map((_, k) => [`relu${k + 1}`, { result: activation }]),
  ]) as CalibrationDesign['precision'];
}

type Overrides = Partial<Omit<CalibrationDesign, 'name' | 'about' | 'inputShape' | 'layers'>>;

/** A dense network of 8-bit weights, rounded and saturated, unless something else is said. */
function dense(name: string, about: string, sizes: readonly number[], overrides: Overrides = {}): CalibrationDesign {
  const [inputs, ...units] = sizes;
  return {
    name,
    about,
    inputShape: [inputs!],
    layers: denseLayers(units),
    precision: densePrecision(
      units,
      'ap_fixed<8,2>',
      'ap_fixed<8,3>',
      'ap_fixed<10,5,AP_RND,AP_SAT>',
      'ap_ufixed<8,4,AP_RND,AP_SAT>',
    ),
    weightBits: 8,
    density: 1,
    compile: shiftAdd,
    clockMHz: 240,
    ...overrides,
  };
}

const sixBits = (units: readonly number[]): CalibrationDesign['precision'] =>
  densePrecision(
    units,
    'ap_fixed<6,1>',
    'ap_fixed<6,2>',
    'ap_fixed<8,4,AP_RND,AP_SAT>',
    'ap_ufixed<6,3,AP_RND,AP_SAT>',
  );
const truncated = (units: readonly number[]): CalibrationDesign['precision'] =>
  densePrecision(units, 'ap_fixed<8,2>', 'ap_fixed<8,3>', 'ap_fixed<10,5>', 'ap_ufixed<8,4>');

/** Two dense layers of the input whose results are multiplied pairwise. */
function products(name: string, about: string, bits: number, overrides: Overrides = {}): CalibrationDesign {
  const branch = { weight: 'ap_fixed<5,1>', bias: 'ap_fixed<5,1>', result: `ap_fixed<${bits},4,AP_RND,AP_SAT>` };
  return {
    name,
    about,
    inputShape: [4],
    layers: [
      { kind: 'dense', name: 'left', inputs: ['x'], attributes: { units: 4 } },
      { kind: 'dense', name: 'right', inputs: ['x'], attributes: { units: 4 } },
      { kind: 'merge', name: 'product', inputs: ['left', 'right'], attributes: { operation: 'multiply' } },
    ],
    precision: {
      x: { result: `ap_fixed<${bits},3>` },
      left: branch,
      right: branch,
      product: { result: `ap_fixed<${bits},6,AP_RND,AP_SAT>` },
    },
    weightBits: 5,
    density: 1,
    compile: shiftAdd,
    clockMHz: 240,
    ...overrides,
  };
}

export const CALIBRATION_DESIGNS: readonly CalibrationDesign[] = [
  dense('dense-4-4-2', '8 bits, one adder per stage', [4, 4, 2], { maxOpsPerStage: 1, clockMHz: 400, smoke: true }),
  dense('dense-8-8-4-6bit', '6 bits, clock alone decides', [8, 8, 4], { precision: sixBits([8, 4]), weightBits: 6 }),
  dense('dense-8-8-4-trunc', 'truncation and wrap-around, two adders per stage', [8, 8, 4], {
    precision: truncated([8, 4]),
    maxOpsPerStage: 2,
    density: 0.5,
  }),
  dense('dense-16-16-5-half', '8 bits, half of the weights zero', [16, 16, 5], { density: 0.5 }),
  dense('dense-12-12-4-fast', '8 bits, one adder per stage, 75 % zero', [12, 12, 4], {
    density: 0.25,
    maxOpsPerStage: 1,
    clockMHz: 400,
  }),
  dense('dense-6-6-3-16bit', '16 bits, 75 % zero', [6, 6, 3], {
    precision: densePrecision(
      [6, 3],
      'ap_fixed<16,2>',
      'ap_fixed<16,6>',
      'ap_fixed<18,8,AP_RND,AP_SAT>',
      'ap_ufixed<16,6,AP_RND,AP_SAT>',
    ),
    weightBits: 16,
    density: 0.25,
    clockMHz: 300,
  }),
  dense('dense-8-8-4-slow', '8 bits at 100 MHz: several adders per stage', [8, 8, 4], { clockMHz: 100, density: 0.5 }),
  dense('dense-10-10-3-convergent', 'rounding to even, symmetric saturation', [10, 10, 3], {
    precision: densePrecision(
      [10, 3],
      'ap_fixed<8,2>',
      'ap_fixed<8,3>',
      'ap_fixed<9,5,AP_RND_CONV,AP_SAT_SYM>',
      'ap_ufixed<7,4,AP_RND_CONV,AP_SAT>',
    ),
    density: 0.4,
    maxOpsPerStage: 1,
    clockMHz: 300,
  }),
  dense('dense-16-64-32-1', '8 bits, 75 % of the weights zero', [16, 64, 32, 1], { density: 0.25 }),
  dense('adders-8-8-4', 'shared adders, 8 bits', [8, 8, 4], { compile: adderGraph, smoke: true }),
  dense('adders-16-16-5-trunc', 'shared adders, cut and wrapped, half of the weights zero', [16, 16, 5], {
    compile: adderGraph,
    precision: truncated([16, 5]),
    density: 0.5,
    clockMHz: 360,
  }),
  dense('adders-16-64-32-1', 'shared adders, 75 % of the weights zero', [16, 64, 32, 1], {
    compile: adderGraph,
    density: 0.25,
  }),
  dense('hls4ml-6-8-3', 'casts of every product and sum, as hls4ml has them', [6, 8, 3], {
    compile: { strategy: 'shift-add', profile: 'hls4ml', precision: 'ap_fixed<12,5>' },
    precision: {
      fc1: { weight: 'ap_fixed<7,1>', bias: 'ap_fixed<7,1>' },
      fc2: { weight: 'ap_fixed<7,1>', bias: 'ap_fixed<7,1>' },
    },
    weightBits: 7,
    density: 0.6,
  }),
  dense('multiplier-4-4-2', 'constants left as products to synthesis, 8 bits', [4, 4, 2], {
    compile: { strategy: 'multiplier' },
    clockMHz: 200,
  }),
  dense('multiplier-8-8-4-6bit', 'constants left as products to synthesis, 6 bits, half zero', [8, 8, 4], {
    compile: { strategy: 'multiplier' },
    precision: sixBits([8, 4]),
    weightBits: 6,
    density: 0.5,
    clockMHz: 200,
  }),
  {
    name: 'sigmoid-tables',
    about: 'small tables of 256 words behind a dense layer',
    inputShape: [6],
    layers: [
      { kind: 'dense', name: 'fc1', attributes: { units: 4 } },
      { kind: 'sigmoid', name: 'act' },
    ],
    precision: {
      x: { result: 'ap_fixed<8,3>' },
      fc1: { weight: 'ap_fixed<8,2>', bias: 'ap_fixed<8,2>', result: 'ap_fixed<8,4,AP_RND,AP_SAT>' },
      act: { result: 'ap_ufixed<8,0,AP_RND,AP_SAT>' },
    },
    weightBits: 8,
    density: 0.5,
    compile: shiftAdd,
    clockMHz: 240,
  },
  {
    name: 'tanh-block-ram',
    about: 'tables of 2,048 words in block RAM behind a dense layer',
    inputShape: [6],
    layers: [
      { kind: 'dense', name: 'fc1', attributes: { units: 3 } },
      { kind: 'tanh', name: 'act' },
    ],
    precision: {
      x: { result: 'ap_fixed<10,4>' },
      fc1: { weight: 'ap_fixed<8,2>', bias: 'ap_fixed<8,2>', result: 'ap_fixed<11,4,AP_RND,AP_SAT>' },
      act: { result: 'ap_fixed<12,1,AP_RND,AP_SAT>' },
    },
    weightBits: 8,
    density: 0.5,
    compile: shiftAdd,
    clockMHz: 240,
    smoke: true,
  },
  products('products-12bit', 'products of two variables of 12 bits, in DSP blocks', 12, { smoke: true }),
  products('products-24bit', 'products of two variables of 24 bits, two DSP blocks each', 24),
  products('products-7bit', 'products of two variables of 7 bits, in tables', 7),
  {
    name: 'conv1d-maximum',
    about: 'a convolution, maxima and a dense layer',
    inputShape: [8, 2],
    layers: [
      { kind: 'conv1d', name: 'conv', attributes: { filters: 2, size: [3] } },
      { kind: 'relu', name: 'relu1' },
      { kind: 'pooling1d', name: 'pool', attributes: { operation: 'maximum', size: [2], strides: [2] } },
      { kind: 'flatten', name: 'flat' },
      { kind: 'dense', name: 'fc', attributes: { units: 2 } },
    ],
    precision: {
      x: { result: 'ap_fixed<6,2>' },
      conv: { weight: 'ap_fixed<6,1>', bias: 'ap_fixed<6,1>' },
      relu1: { result: 'ap_ufixed<6,3,AP_RND,AP_SAT>' },
      fc: { weight: 'ap_fixed<6,1>', bias: 'ap_fixed<6,1>', result: 'ap_fixed<8,4,AP_RND,AP_SAT>' },
    },
    weightBits: 6,
    density: 0.6,
    compile: shiftAdd,
    clockMHz: 240,
  },
];

/** Build the network of a design: kernels and biases are integer codes over 2^(bits − 2), drawn from its name. */
export function calibrationNetwork(design: CalibrationDesign): Network {
  const random = stream('calibration', design.name);
  const network = buildNetwork(
    design.name,
    [{ name: 'x', shape: design.inputShape }],
    design.layers,
    random.split('network'),
  );
  return withRandomCodes(network, random, design);
}

/** Build the netlist of a design, with ports between layers narrowed as users get them. */
export function calibrationNetlist(design: CalibrationDesign): Netlist {
  return calibrationPipeline(design).netlist;
}

/** The same with its schedule. */
export function calibrationPipeline(design: CalibrationDesign): {
  readonly schedule: GraphSchedule;
  readonly netlist: Netlist;
} {
  const graph: LayerGraph = compileNetwork(calibrationNetwork(design), {
    ...design.compile,
    layerPrecision: design.precision,
  });
  const built = withoutUnreadElements(withNarrowPorts(graph));
  const schedule = scheduleGraph(built, {
    periodNs: 1000 / design.clockMHz,
    delay: ultrascalePlusDelay(device(CALIBRATION_PART)),
    ...(design.maxOpsPerStage !== undefined && { maxOpsPerStage: design.maxOpsPerStage }),
  });
  return { schedule, netlist: pipelineGraph(built, schedule) };
}
