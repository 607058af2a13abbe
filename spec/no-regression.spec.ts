/**
 * Frozen seeded outputs: the same seed must give the same bytes, version after version.
 *
 * A deliberate change of a hash below is an entry in CHANGELOG.md.
 */
import { describe, expect, it } from 'vitest';
import { serializeGraph, serializeStreams } from '../src/circuit/index.ts';
import { compileNetwork, compileStreams } from '../src/compile/index.ts';
import { device, ultrascalePlusDelay } from '../src/estimation/index.ts';
import { pipelineGraph, scheduleGraph } from '../src/netlist/index.ts';
import { buildNetwork, hashNetwork, type Network, sha256 } from '../src/network/index.ts';
import { stream } from '../src/random/index.ts';
import { generateEvents } from '../src/physics/index.ts';
import { tensor } from '../src/tensor/index.ts';
import { fit, meanSquaredError } from '../src/training/index.ts';
import { buildStreams } from '../src/systems/index.ts';
import { quickConfig } from '../src/systems/distillnet/index.ts';
import { printNetlist } from '../src/verilog/index.ts';

const network: Network = buildNetwork(
  'frozen',
  [{ name: 'x', shape: [6] }],
  [
    { kind: 'dense', name: 'fc1', attributes: { units: 8 } },
    { kind: 'relu', name: 'relu1' },
    { kind: 'dense', name: 'fc2', attributes: { units: 3 } },
    { kind: 'softmax', name: 'out' },
  ],
  stream('no regression'),
);

function verilogHash(profile: 'exact' | 'hls4ml'): string {
  const graph = compileNetwork(network, { profile, precision: 'ap_fixed<12,5>' });
  const delay = ultrascalePlusDelay(device('xcvu13p-flga2577-2-e'));
  const netlist = pipelineGraph(graph, scheduleGraph(graph, { periodNs: 4, delay }));
  return sha256(
    printNetlist(netlist)
      .map(({ path, text }) => `${path}\n${text}`)
      .join('\n'),
  );
}

/** A convolution, a pooling and a dense layer as streams, one of them with a reuse factor. */
function streamHash(): string {
  const image = buildNetwork(
    'frozen_image',
    [{ name: 'x', shape: [4, 6, 1] }],
    [
      { kind: 'conv2d', name: 'conv', attributes: { filters: 2, size: [3, 3], padding: 'same' } },
      { kind: 'relu', name: 'relu' },
      { kind: 'pooling2d', name: 'pool', attributes: { operation: 'maximum', size: [2, 2] } },
      { kind: 'flatten', name: 'flat' },
      { kind: 'dense', name: 'out', attributes: { units: 2 } },
    ],
    stream('no regression'),
  );
  const schedules = { layers: { conv: { layout: 'pixels', reuse: 3 } } } as const;
  const graph = compileStreams(image, { precision: 'ap_fixed<10,4>' }, schedules);
  const { design } = buildStreams(graph, { part: 'xcvu13p', clockMHz: 250 });
  return sha256(
    [serializeStreams(graph), ...printNetlist(design.netlist).map(({ path, text }) => `${path}\n${text}`)].join('\n'),
  );
}

describe('seeded outputs', () => {
  it('initialise the same weights', () => {
    expect(hashNetwork(network)).toMatchInlineSnapshot(
      `"cfedb1ece74a9b8afe67b0731dd0bef2e776d01db76ebdb2acc08aec7593421f"`,
    );
  });

  it('train to the same weights', async () => {
    const random = stream('no regression', 'data');
    const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.uniform(-1, 1));
    const { network: trained } = await fit(
      network,
      { inputs: tensor(numbers(600), [100, 6]), targets: tensor(numbers(300), [100, 3]) },
      {
        loss: (prediction, targets) => meanSquaredError(prediction, targets),
        epochs: 3,
        batchSize: 64,
        stream: stream('no regression', 'fit'),
      },
    );
    expect(hashNetwork(trained)).toMatchInlineSnapshot(
      `"9461c25ae4b3ce41dba8b7c82a823eaf5e79a3ed0338fbfd19f7903aa391ea8a"`,
    );
  });

  it('generate the same events', () => {
    const events = generateEvents(quickConfig.generator, 'no regression', 2);
    expect(
      sha256(JSON.stringify(events.map(({ missing, particles }) => [missing, Array.from(particles.pt)]))),
    ).toMatchInlineSnapshot(`"d341586dc81002d2fcfce3a3cf28ce54bef453e6fcda364acfaef3cf665f8d13"`);
  });

  it.each(['exact', 'hls4ml'] as const)('compile to the same circuit in the %s profile', (profile) => {
    const graph = compileNetwork(network, { profile, precision: 'ap_fixed<12,5>' });
    expect(sha256(serializeGraph(graph))).toMatchSnapshot();
  });

  it.each(['exact', 'hls4ml'] as const)('print the same Verilog in the %s profile', (profile) => {
    expect(verilogHash(profile)).toMatchSnapshot();
  });

  it('print the same streams', () => {
    expect(streamHash()).toMatchSnapshot();
  });
});
