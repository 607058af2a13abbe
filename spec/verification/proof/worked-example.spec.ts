import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { rawRange } from '../../../src/fixed/index.ts';
import { modularForm } from '../../../src/verification/proof/bits.ts';
import { decideEqual } from '../../../src/verification/proof/equality.ts';
import {
  addForms,
  castForm,
  circuitForms,
  DEFAULT_BOUNDS,
  floorForm,
  inputBus,
  inputForms,
  netlistForms,
  proofContext,
  sameForm,
  scaleForm,
  subtractForms,
  verilogForms,
} from '../../../src/verification/proof/index.ts';
import type { DesignWatcher, Form, Linear, ProofContext, Word } from '../../../src/verification/proof/index.ts';
import { describeGraph } from '../../../src/verification/arbitraries/index.ts';
import { printNetlist } from '../../../src/verilog/index.ts';
import { lacks } from '../tools.ts';
import { isProven, proveCircuit, proveNetlist, proveVerilog } from './claims.ts';
import { formText, intervalText } from './form-text.ts';
import { neuron } from './neuron.ts';
import { readVerilog } from './yosys.ts';

const page = await readFile(new URL('../../../docs/proof.md', import.meta.url), 'utf8');
const { model, circuit, built, netlist, latency } = neuron();

/** Fails with the lines that the page lacks. */
function expectLines(lines: readonly string[]): void {
  expect(lines.filter((line) => !page.includes(line))).toEqual([]);
}

function bench() {
  const context = proofContext();
  const [x0, x1] = inputForms(context, 'x', model.inputs[0]!.formats.map(rawRange));
  const { store } = context;
  const s = addForms(store, scaleForm(store, x0!, 3n), x1!, -5n);
  const q = subtractForms(store, floorForm(store, s, 2), floorForm(store, s, 1));
  const names: ReadonlyMap<Linear, string> = new Map([
    [s.linear, 's'],
    [q.linear, 'q'],
  ]);
  return { context, store, x0: x0!, x1: x1!, s, names };
}

function busOf(context: ProofContext, ...forms: readonly Form[]): Word {
  return inputBus(
    context,
    forms.map((form) => ({ form, width: 4, isRead: true })),
  );
}

/** Collects the forms of named wires. */
function wireWatcher({ store }: ProofContext, wires: Map<string, Word>): DesignWatcher {
  return {
    settle: (form, width) => modularForm(store, form, width),
    onInstance: (_path, _module, outputs) => outputs,
    onWire: (_path, _module, wire, word) => wires.set(String(wire), word),
  };
}

describe('the worked example of docs/proof.md', () => {
  it('shows the circuits and the Verilog as they are', () => {
    const text = (graph: typeof model): string[] => describeGraph(graph).split('\n').slice(2, -1);
    expectLines([...text(model), ...text(circuit)]);
    const source = printNetlist(netlist)[0]!.text.split('\n');
    expectLines(source.slice(3, source.findIndex((line) => line.includes('assign y')) + 1));
  });

  it('shows the forms of both circuits, and they are the same', () => {
    const { store, x0, x1, names } = bench();
    const [first, second] = [model, circuit].map((graph) => circuitForms(store, graph.layers[0]!.circuit, [[x0, x1]]));
    const row = (form: Form): string => `| \`${formText(form, names)}\` |`;
    expectLines([row(first![7]!), row(first![8]!), row(second![2]!), row(second![5]!), row(second![6]!)]);
    expect(sameForm(first!.at(-1)!, second!.at(-1)!)).toBe(true);
    expect(proveCircuit(model, circuit).layers[0]!.methods).toEqual({ 'normal form': 1 });
  });

  it('decides the last wire by the cut that it says', () => {
    const { context, store, x0, x1, s } = bench();
    const module = netlist.modules[0]!;
    const single = { ...netlist, top: module.name, modules: [module] };
    const [y] = netlistForms(store, single, [busOf(context, x0, x1)], wireWatcher(context, new Map()));
    const format = circuit.layers[0]!.circuit.outputs[0]!.formats[0]!;
    const expected = castForm(store, addForms(store, s, store.constant(4n)), 4, format);
    // As many codes as the sum has values: with one less, the search decides.
    const bounds = { ...DEFAULT_BOUNDS, enumeratedCodes: 121 };
    const decision = decideEqual(store, y![0]!.form, expected, 4, bounds);
    expect(decision).toEqual({ result: 'equal', method: 'enumeration' });
    expect([s.linear.lo, s.linear.hi]).toEqual([-59n, 61n]);
    const fewer = decideEqual(store, y![0]!.form, expected, 4, { ...bounds, enumeratedCodes: 120 });
    expect(fewer).toEqual({ result: 'equal', method: 'satisfiability' });
    expectLines(['121 values']);
  });

  it.skipIf(lacks('yosys', 'the Verilog of the worked example'))(
    'shows the forms of the wires, and proves netlist and Verilog',
    async () => {
      const design = await readVerilog(printNetlist(netlist));
      for (const prove of [proveNetlist, proveVerilog]) {
        const proof = prove(proveCircuit(model, circuit), built, netlist, latency, design);
        expect(isProven(proof)).toBe(true);
        expect([proof.latency, proof.modules[0]!.methods]).toEqual([1, { enumeration: 1 }]);
      }
      const { context, store, x0, x1, names } = bench();
      const wires = new Map<string, Word>();
      verilogForms(
        store,
        design,
        netlist.modules[0]!.name,
        new Map([['x', busOf(context, x0, x1)]]),
        wireWatcher(context, wires),
      );
      const rows = ['sum_5', 'sum_8', 'sum_12', 'n0_sum', 'sum_23', 'eq_29', 'and_31'].map((name) => {
        const [slice, more] = wires.get(name)!;
        expect([name, more]).toEqual([name, undefined]);
        return `| \`${name}\` | \`${formText(slice!.form, names)}\` | ${intervalText(slice!.form)} |`;
      });
      expectLines(rows);
    },
  );
});
