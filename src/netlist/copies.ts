/**
 * Several copies of a pipeline as one design: one module per layer and one pipeline, each printed once, and a top module
 * in which the pipeline stands n times.
 *
 * The ports of the top are those of the pipeline, each n times as wide, copy 0 in the least significant bits: whatever
 * surrounds it cuts them in a loop, and the names stay when the number of copies changes. Copies share the clock and the
 * reset. Each has its own `valid_in` and `valid_out`, bit k for copy k, because not every link brings a sample in every
 * cycle. The top holds no logic, so nothing that is true of the pipeline changes.
 */
import { ShapeError } from '../errors.ts';
import { findModule } from './hierarchy.ts';
import { uniqueIdentifier } from './identifiers.ts';
import { moduleBuilder } from './module-builder.ts';
import type { Net, Netlist } from './netlist.ts';

/**
 * Put copies of a pipeline side by side.
 *
 * @param pipeline - as `pipelineGraph` makes it; with one copy it is returned as it is
 * @param copies - an integer of at least 1
 */
export function copiesNetlist(pipeline: Netlist, copies: number): Netlist {
  if (!(Number.isSafeInteger(copies) && copies >= 1)) {
    throw new ShapeError(`a design has ${copies} copies, must have a whole number of at least 1`);
  }
  if (copies === 1) return pipeline;
  const copy = findModule(pipeline, pipeline.top)!;
  const name = uniqueIdentifier(`${copy.name}_copies`, new Set(pipeline.modules.map((module) => module.name)));
  const builder = moduleBuilder(name, `${copies} copies of ${copy.name}, copy 0 in the low bits of every port`);
  for (const output of copy.outputs) builder.reserve(output.name);
  const buses = copy.inputs.map((port) => builder.input(port.name, copies * port.width));
  const outputs: readonly Net[][] = copy.outputs.map(() => []);
  for (let k = 0; k < copies; k += 1) {
    const inputs = copy.inputs.map(({ width }, port) => builder.slice(buses[port]!, k * width, width));
    builder.instance(`u_copy_${k}`, copy, inputs).forEach((net, port) => {
      builder.name(net, `copy_${k}_${copy.outputs[port]!.name}`);
      outputs[port]!.push(net);
    });
  }
  copy.outputs.forEach((port, k) => builder.output(port.name, builder.concat(outputs[k]!.toReversed())));
  return { name: pipeline.name, top: name, modules: [...pipeline.modules, builder.build()] };
}
