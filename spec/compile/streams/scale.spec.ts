/** The muon teacher on whole 9×384 images, which no unrolled design holds, becomes streams in seconds. */
import { describe, expect, it } from 'vitest';
import { stageCounts, validateStreams } from '../../../src/circuit/index.ts';
import { type CompileOptions, compileStreams, type Schedules } from '../../../src/compile/index.ts';
import { buildNetwork, type LayerSpec, parameterCount } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';

const conv = (filters: number): readonly LayerSpec[] => [
  { kind: 'conv2d', attributes: { filters, size: [3, 3], padding: 'same' } },
  { kind: 'relu' },
];
const pool = (...size: number[]): LayerSpec => ({ kind: 'pooling2d', attributes: { operation: 'maximum', size } });
const dense = (units: number): LayerSpec => ({ kind: 'dense', attributes: { units } });

const teacher = buildNetwork(
  'teacher',
  [{ name: 'image', shape: [9, 384, 1] }],
  [
    ...[10, 10].flatMap(conv),
    pool(1, 2),
    ...[17, 17, 17].flatMap(conv),
    pool(2, 2),
    { kind: 'flatten' },
    ...[10, 10].flatMap((units): LayerSpec[] => [dense(units), { kind: 'relu' }]),
    dense(2),
  ],
  stream('scale'),
);
const options: CompileOptions = {
  profile: 'hls4ml',
  strategy: 'multiplier',
  precision: 'ap_fixed<16,6>',
  layerPrecision: { image: { result: 'ap_uint<1>' } },
};

describe('the teacher of 73,215 parameters', () => {
  it('takes a pixel per clock, and sums its features as they come', () => {
    expect(parameterCount(teacher)).toBe(73_215);
    const graph = compileStreams(teacher, options);
    validateStreams(graph);
    const beats = graph.stages.map((stage) => stageCounts(graph, stage).outputBeats);
    expect(beats).toEqual([3456, 3456, 1728, 1728, 1728, 1728, 384, 1]);
    const last = graph.stages.at(-1)!;
    expect(last.layers).toEqual(['dense1', 'relu6', 'dense2', 'relu7', 'dense3']);
    expect(last.fold!.steps).toBe(384);
    expect(last.steps.constants!.words).toHaveLength(384);
  });

  it('takes a column per 153 clocks with one multiplier per output of a window', () => {
    const layers = ['conv2d2', 'conv2d3', 'conv2d4', 'conv2d5'];
    const reuse = [90, 90, 153, 153];
    const schedules: Schedules = {
      default: { layout: 'columns' },
      layers: Object.fromEntries(layers.map((name, k) => [name, { layout: 'columns', reuse: reuse[k]! }])),
    };
    const graph = compileStreams(teacher, options, schedules);
    validateStreams(graph);
    const second = graph.stages.find(({ layers: own }) => own.includes('conv2d4'))!;
    const products = second.circuit.layers
      .flatMap(({ circuit }) => circuit.ops)
      .filter(({ kind }) => kind === 'multiply');
    expect(products).toHaveLength(9 * 17);
    expect(stageCounts(graph, second)).toMatchObject({ patches: 192, classes: 3, steps: 192 * 153 });
  });
});
