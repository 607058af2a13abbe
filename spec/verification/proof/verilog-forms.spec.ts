import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Circuit } from '../../../src/circuit/index.ts';
import { interpret } from '../../../src/emulation/index.ts';
import { lowerCircuit, packVector } from '../../../src/netlist/index.ts';
import type { Netlist } from '../../../src/netlist/index.ts';
import { stream } from '../../../src/random/index.ts';
import { circuits, type Sample, samples as sampleSets } from '../../../src/verification/arbitraries/index.ts';
import { bitInput, CLOCK_INPUT, formStore, RESET_INPUT, verilogForms } from '../../../src/verification/proof/index.ts';
import type { FormStore, Word } from '../../../src/verification/proof/index.ts';
import { readWord } from '../../../src/verification/proof/bits.ts';
import { followSamples } from '../../../src/verification/proof/samples.ts';
import { printMemories, printNetlist } from '../../../src/verilog/index.ts';
import type { TextFile, YosysDesign } from '../../../src/verilog/index.ts';
import { randomNetlist } from '../../verilog/random-netlist.ts';
import { lacks } from '../tools.ts';
import { firstDifference, inputWords, plainWatcher, record } from './designs.ts';
import { foreignCases, foreignText } from './foreign-cells.ts';
import { atomsWithin } from './random-forms.ts';
import { runs } from './runs.ts';
import { prefixed, readVerilog } from './yosys.ts';

const printed = (netlist: Netlist): readonly TextFile[] => [...printNetlist(netlist), ...printMemories(netlist)];

/** Memories that are written, one of them with initial contents, as a table has them. */
const written = `module written (input wire clk, input wire [1:0] at, input wire [3:0] x, output wire [3:0] y, output wire [3:0] z);
  reg [3:0] table_like [0:3];
  reg [3:0] words [0:3];
  initial begin
    table_like[0] = 4'd1;
    table_like[1] = 4'd2;
    table_like[2] = 4'd3;
    table_like[3] = 4'd4;
  end
  always @(posedge clk) begin
    if (x[3]) table_like[at] <= x;
    words[at] <= x;
  end
  assign y = table_like[at];
  assign z = words[at];
endmodule
`;

function writeVerilog(
  store: FormStore,
  design: YosysDesign,
  top: string,
  ports: readonly { readonly name: string; readonly width: number }[],
): ReadonlyMap<string, Word> {
  const inputs = new Map([
    [CLOCK_INPUT, bitInput(store, CLOCK_INPUT)],
    [RESET_INPUT, bitInput(store, RESET_INPUT)],
    ...inputWords(store, ports),
  ]);
  return verilogForms(store, design, top, inputs, plainWatcher(store));
}

describe.skipIf(lacks('yosys', 'Verilog as forms'))('verilogForms', () => {
  const netlists = Array.from({ length: runs(12) }, (_, k) => prefixed(randomNetlist(100 + k, 40), `n${k}`));
  const cases = fc
    .sample(
      circuits({ maxWidth: 40, maxSteps: 16 }).chain((circuit) =>
        fc.array(sampleSets(circuit.inputs), { minLength: 6, maxLength: 6 }).map((samples) => ({ circuit, samples })),
      ),
      { numRuns: runs(30), seed: 7 },
    )
    .map(({ circuit, samples }, k): { circuit: Circuit; samples: readonly Sample[]; netlist: Netlist } => {
      const module = lowerCircuit(circuit, `circuit_${k}`);
      return { circuit, samples, netlist: { name: module.name, top: module.name, modules: [module] } };
    });
  let design: YosysDesign;
  beforeAll(async () => {
    const own = [...netlists, ...cases.map(({ netlist }) => netlist)].flatMap(printed);
    design = await readVerilog([
      ...own,
      { path: 'src/foreign.v', text: foreignText() },
      { path: 'src/written.v', text: written },
    ]);
  });

  it('says of printed circuits what the interpreter computes', () => {
    for (const { circuit, samples, netlist } of cases) {
      const store = formStore();
      const module = netlist.modules[0]!;
      const words = writeVerilog(store, design, netlist.top, module.inputs);
      const { form } = readWord(store, words.get(module.outputs[0]!.name)!, 'unsigned');
      const followed = followSamples(samples.length, (name) => {
        const port = module.inputs.findIndex((input) => input.name === name);
        return samples.map((sample) => packVector(circuit.inputs[port]!.formats, sample[port]!));
      });
      const expected = samples.map((sample) => packVector(circuit.outputs[0]!.formats, interpret(circuit, sample)[0]!));
      expect(followed.seriesOf(form)).toEqual(expected);
    }
  });

  it('says in every cycle of printed netlists what the simulator does, where it knows', () => {
    let compared = 0;
    for (const [index, netlist] of netlists.entries()) {
      const store = formStore();
      const top = netlist.modules.at(-1)!;
      const words = writeVerilog(store, design, netlist.top, top.inputs);
      const recorded = record(netlist, 80, `${index}`, []);
      for (const [name, word] of words) {
        const atoms = word.flatMap(({ form }) => atomsWithin(form));
        if (atoms.some(({ meaning }) => meaning.kind === 'opaque')) continue;
        compared++;
        expect([index, name, firstDifference(store, word, recorded, recorded.get(name)!)]).toEqual([
          index,
          name,
          undefined,
        ]);
      }
    }
    expect(compared).toBeGreaterThan(runs(20));
  });

  it('knows nothing of what a memory that is written holds, whatever it begins with', () => {
    const store = formStore();
    const words = writeVerilog(store, design, 'written', [
      { name: 'at', width: 2 },
      { name: 'x', width: 4 },
    ]);
    for (const output of ['y', 'z']) {
      const atoms = words.get(output)!.flatMap(({ form }) => atomsWithin(form));
      expect(atoms.map(({ meaning }) => meaning.kind)).toEqual(['opaque']);
    }
  });

  it.each(foreignCases)('reads what others write: $name', ({ name, width, model }) => {
    const store = formStore();
    const ports = [
      { name: 'a', width: 5 },
      { name: 'b', width: 5 },
      { name: 's', width: 5 },
      { name: 't', width: 5 },
      { name: 'n', width: 3 },
    ];
    const word = writeVerilog(store, design, `foreign_${name}`, ports).get('y')!;
    const { form, delay } = readWord(store, word, 'unsigned');
    const random = stream('foreign', name);
    const cycles = 400;
    const columns = new Map(
      ports.map((port) => [
        port.name,
        Array.from({ length: cycles }, () => BigInt(random.integer(0, 2 ** port.width))),
      ]),
    );
    // Yosys writes x where a branch cannot be reached: any value will do.
    const unknown = Array.from({ length: cycles }, () => BigInt(random.integer(0, 2)));
    const found = followSamples(cycles, (input) => columns.get(input) ?? unknown).seriesOf(form);
    const at = (input: string, k: number): bigint => columns.get(input)![k]!;
    const expected = Array.from({ length: cycles }, (_, k) =>
      BigInt.asUintN(
        width,
        model({
          a: at('a', k),
          b: at('b', k),
          s: BigInt.asIntN(5, at('s', k)),
          t: BigInt.asIntN(5, at('t', k)),
          n: at('n', k),
        }),
      ),
    );
    expect(delay ?? 0).toBe(0);
    expect(found).toEqual(expected);
  });
});
