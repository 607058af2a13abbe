/** A registered adder with valid bits, and its project, for specs of folders and benches. */
import { moduleBuilder } from '../../src/netlist/index.ts';
import type { Netlist } from '../../src/netlist/index.ts';
import { measuredVectors, pipelineProject } from '../../src/verilog/index.ts';
import type { ProjectDesign, TestVectors } from '../../src/verilog/index.ts';

export function smallNetlist(): Netlist {
  const b = moduleBuilder('adder', 'Adds two words of four bits.');
  const valid = b.input('valid_in', 1);
  const x = b.input('x', 8);
  const sum = b.add(b.extend(b.slice(x, 0, 4), 5, false), b.extend(b.slice(x, 4, 4), 5, false));
  b.output('valid_out', b.register(valid, { reset: 0n }));
  b.output('y', b.register(sum));
  return { name: 'adder', top: 'adder', modules: [b.build()] };
}

export function smallVectors(): TestVectors {
  const stimuli = [0x12n, 0xffn, 0x80n].map((word) => [word]);
  return measuredVectors(stimuli, { outputs: [[3n], [30n], [8n]], presentedAt: [0, 1, 4], validAt: [1, 2, 5] });
}

export function smallDesign(): ProjectDesign {
  const facts = {
    netlist: smallNetlist(),
    model: 'adder example',
    part: 'xcvu13p-flga2577-2-e',
    clockMHz: 240,
    latencyCycles: 1,
    initiationInterval: 1,
    strategy: 'shift-add',
    portContents: { x: '2 × ap_ufixed<4,4>', y: '1 × ap_ufixed<5,5>' },
  };
  return pipelineProject(facts, smallVectors());
}
