import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { circuitBuilder, withNarrowPorts, withoutUnreadElements } from '../../../src/circuit/index.ts';
import type { LayerGraph } from '../../../src/circuit/index.ts';
import { interpretGraph } from '../../../src/emulation/index.ts';
import { device, ultrascalePlusDelay } from '../../../src/estimation/index.ts';
import { fixed } from '../../../src/fixed/index.ts';
import { packVector, pipelineGraph, RESET, scheduleGraph, VALID_IN, VALID_OUT } from '../../../src/netlist/index.ts';
import type { Netlist } from '../../../src/netlist/index.ts';
import { stream } from '../../../src/random/index.ts';
import { createSimulator } from '../../../src/simulation/index.ts';
import { layerGraphs, type Sample } from '../../../src/verification/arbitraries/index.ts';
import { DEFAULT_BOUNDS, findDifference } from '../../../src/verification/proof/index.ts';
import { printMemories, printNetlist } from '../../../src/verilog/index.ts';
import type { YosysDesign } from '../../../src/verilog/index.ts';
import { lacks } from '../tools.ts';
import { allSamples } from './all-samples.ts';
import { isProven, proveCircuit, proveNetlist, proveVerilog } from './claims.ts';
import { editedGraph, editedNetlist } from './edits.ts';
import { runs } from './runs.ts';
import { prefixed, readVerilog } from './yosys.ts';

const delay = ultrascalePlusDelay(device('xcvu13p-flga2577-2-e'));
const bounds = { ...DEFAULT_BOUNDS, conflicts: 2000 };

/** Graphs whose inputs can all be tried. */
const graphs = layerGraphs({
  maxLayers: 3,
  maxSteps: 8,
  maxInputs: 1,
  maxWidth: 16,
  maxOutputWidth: 8,
  inputFormats: { maxWidth: 3 },
});
const MOST = 1024;

function inputsOf(graph: LayerGraph): readonly Sample[] | undefined {
  return allSamples({ inputs: graph.inputs }, MOST);
}

/** Build the pipeline with a limit on the operations between two registers. */
function build(graph: LayerGraph, maxOpsPerStage: number): { built: LayerGraph; netlist: Netlist; latency: number } {
  const built = withoutUnreadElements(withNarrowPorts(graph));
  const schedule = scheduleGraph(built, { periodNs: 4, delay, maxOpsPerStage });
  return { built, netlist: pipelineGraph(built, schedule), latency: schedule.latencyCycles };
}

/** The first sample at which a clocked design does not show the graph's outputs, each marked as valid, in its cycle. */
function differsFrom(
  graph: LayerGraph,
  netlist: Netlist,
  latency: number,
  samples: readonly Sample[],
  seed: string,
): boolean {
  const simulator = createSimulator(netlist, { engine: 'loop' });
  const random = stream(seed, 'gaps');
  const data = simulator.inputs.filter(({ name }) => name !== VALID_IN);
  const outputs = simulator.outputs.filter(({ name }) => name !== VALID_OUT);
  const hasReset = ((): boolean => {
    try {
      simulator.set(RESET, 1);
      return true;
    } catch {
      return false;
    }
  })();
  simulator.set(VALID_IN, 0);
  for (const { name } of data) simulator.set(name, 0);
  for (let cycle = 0; cycle < latency + 3; cycle++) simulator.step();
  if (hasReset) simulator.set(RESET, 0);
  const valid: boolean[] = [];
  // Every input once, then any after any: what is late or early shows only where neighbours differ.
  const more = Array.from({ length: 64 + samples.length }, () => samples[random.integer(0, samples.length)]!);
  const queue = [...samples, ...more];
  for (let cycle = 0; cycle < queue.length + latency; cycle++) {
    const sample = queue[cycle];
    const isValid = cycle < samples.length || (sample !== undefined && random.integer(0, 4) > 0);
    simulator.set(VALID_IN, isValid ? 1 : 0);
    if (sample !== undefined)
      data.forEach(({ name }, port) => simulator.set(name, packVector(graph.inputs[port]!.formats, sample[port]!)));
    valid.push(isValid);
    if ((simulator.get(VALID_OUT) === 1n) !== (valid[cycle - latency] ?? false)) return true;
    // The claim is about every cycle, whether it was marked as valid or not.
    const due = queue[cycle - latency];
    if (due !== undefined) {
      const expected = interpretGraph(graph, due);
      const isSame = graph.outputs.every((name, port) => {
        const { formats } = graph.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!;
        return simulator.get(outputs[port]!.name) === packVector(formats, expected.get(name)!);
      });
      if (!isSame) return true;
    }
    simulator.step();
  }
  return false;
}

describe('the whole claim', () => {
  it('holds for what the compiler builds of random graphs: circuit, netlist, latency and valid', () => {
    let open = 0;
    let modules = 0;
    fc.assert(
      fc.property(layerGraphs(), fc.constantFrom(1, 2, 100), (graph, operations) => {
        const claim = proveCircuit(graph, graph, bounds);
        for (const layer of claim.layers) expect(layer.unproven).toEqual([]);
        const { built, netlist, latency } = build(graph, operations);
        const proof = proveNetlist(claim, built, netlist, latency);
        expect(proof.latency).toBe(latency);
        const late = proof.top.unproven.filter(
          ({ port, delay: found }) => port === VALID_OUT || (found ?? latency) !== latency,
        );
        expect(late).toEqual([]);
        for (const { unproven } of [...proof.modules, proof.top]) {
          modules++;
          if (unproven.length > 0) open++;
        }
      }),
      { numRuns: runs(60) },
    );
    // Random arithmetic is harder than networks are, and still few of its layers stay open.
    expect(open).toBeLessThan(modules / 10);
  });

  it('holds where the outer terms of a floor lead back to it', () => {
    const [a, b] = [fixed(1, 1), fixed(3, 0)];
    const result = fixed(1, 0, { quantization: 'AP_TRN_ZERO', overflow: 'AP_WRAP', saturationBits: 1 });
    const builder = circuitBuilder('sum');
    const [x, y] = builder.input('x', [a, b]) as [number, number];
    builder.output('y', [builder.cast(builder.add(x, y), result)], [result]);
    const graph: LayerGraph = {
      name: 'back',
      inputs: [{ name: 'in', formats: [a, b] }],
      layers: [{ name: 'sum', kind: 'sum', circuit: builder.build(), inputs: ['in'] }],
      outputs: ['sum'],
    };
    const { built, netlist, latency } = build(graph, 1);
    expect(isProven(proveNetlist(proveCircuit(graph, graph, bounds), built, netlist, latency))).toBe(true);
  });

  it('is made of no wrong circuit', () => {
    const counts = { edits: 0, wrong: 0, alike: 0, proven: 0, open: 0 };
    fc.assert(
      fc.property(graphs, fc.nat(), (graph, seed) => {
        const samples = inputsOf(graph);
        fc.pre(samples !== undefined);
        const random = stream(`${seed}`, 'edit');
        for (let k = 0; k < 6; k++) {
          const edited = editedGraph(graph, random);
          if (edited === undefined) continue;
          counts.edits++;
          const values = [graph, edited].map((either) => samples!.map((sample) => interpretGraph(either, sample)));
          const { layers } = proveCircuit(graph, edited, bounds);
          for (const { layer, outputs, unproven } of layers) {
            const open = new Set(unproven.map(({ element }) => element));
            for (let element = 0; element < outputs; element++) {
              const at = values[0]!.findIndex(
                (row, index) => row.get(layer)![element] !== values[1]![index]!.get(layer)![element],
              );
              if (at >= 0) {
                counts.wrong++;
                expect(open.has(element), `${layer}[${element}] differs for ${samples![at]}`).toBe(true);
              } else {
                counts.alike++;
                counts[open.has(element) ? 'open' : 'proven']++;
              }
            }
            // A difference in terms of the inputs is one that they have.
            for (const { element, comparison } of unproven) {
              if (comparison.result !== 'differ') continue;
              if (!comparison.variables.every(({ atoms }) => atoms.length === 1 && atoms[0]!.meaning.kind === 'input'))
                continue;
              const isAlike = values[0]!.every(
                (row, index) => row.get(layer)![element] === values[1]![index]!.get(layer)![element],
              );
              expect(isAlike).toBe(false);
            }
          }
        }
      }),
      { numRuns: runs(60) },
    );
    if (process.env['PROOF_RUNS'] !== undefined) process.stderr.write(`${JSON.stringify(counts)}\n`);
    expect(counts.open).toBeLessThanOrEqual(counts.alike / 10);
    expect(counts.wrong).toBeGreaterThan(runs(40));
  });

  it('is made of no wrong netlist', () => {
    const counts = { edits: 0, wrong: 0, found: 0, alike: 0, proven: 0, open: 0 };
    fc.assert(
      fc.property(graphs, fc.nat(), fc.constantFrom(1, 2), (graph, seed, operations) => {
        const samples = inputsOf(graph);
        fc.pre(samples !== undefined);
        const { built, netlist, latency } = build(graph, operations);
        expect(differsFrom(built, netlist, latency, samples!, `${seed}`)).toBe(false);
        const random = stream(`${seed}`, 'edit');
        for (let k = 0; k < 6; k++) {
          const edited = editedNetlist(netlist, random);
          if (edited === undefined) continue;
          counts.edits++;
          const claim = proveCircuit(graph, graph, bounds);
          const proof = proveNetlist(claim, built, edited, latency);
          const difference = findDifference(proof.top.unproven, 1);
          if (differsFrom(built, edited, latency, samples!, `${seed}`)) {
            counts.wrong++;
            expect(isProven(proof)).toBe(false);
            if (difference !== undefined) counts.found++;
          } else {
            counts.alike++;
            // What is called a difference is one.
            expect(difference).toBeUndefined();
            counts[isProven(proof) ? 'proven' : 'open']++;
          }
        }
      }),
      { numRuns: runs(60) },
    );
    if (process.env['PROOF_RUNS'] !== undefined) process.stderr.write(`${JSON.stringify(counts)}\n`);
    expect(counts.open).toBeLessThanOrEqual(counts.alike / 10);
    expect(counts.wrong).toBeGreaterThan(runs(40));
  });
});

describe.skipIf(lacks('yosys', 'Verilog of random graphs'))('the claim on Verilog', () => {
  const built = fc.sample(layerGraphs({ maxLayers: 3 }), { numRuns: runs(8), seed: 11 }).map((graph, k) => {
    const { netlist, ...rest } = build({ ...graph, name: `graph_${k}` }, 2);
    return { graph, ...rest, netlist: prefixed(netlist, `g${k}`) };
  });
  let design: YosysDesign;
  beforeAll(async () => {
    const files = built.flatMap(({ netlist }) => [...printNetlist(netlist), ...printMemories(netlist)]);
    design = await readVerilog(files);
  });

  it('holds for what is printed', () => {
    let open = 0;
    for (const { graph, built: pipeline, netlist, latency } of built) {
      const proof = proveVerilog(proveCircuit(graph, graph, bounds), pipeline, netlist, latency, design);
      const late = proof.top.unproven.filter(
        ({ port, delay: found }) => port === VALID_OUT || (found ?? latency) !== latency,
      );
      expect([netlist.top, late]).toEqual([netlist.top, []]);
      open += proof.top.unproven.length;
    }
    expect(open).toBeLessThan(built.length / 4);
  });
});
