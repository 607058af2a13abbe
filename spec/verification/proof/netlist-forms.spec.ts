import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpret } from '../../../src/emulation/index.ts';
import { rawRange } from '../../../src/fixed/index.ts';
import { lowerCircuit, type Netlist } from '../../../src/netlist/index.ts';
import { circuitCases } from '../../../src/verification/arbitraries/index.ts';
import { formStore, netlistForms } from '../../../src/verification/proof/index.ts';
import type { FormStore, Word } from '../../../src/verification/proof/index.ts';
import { joinWords, readWord, sliceWord, wordOf } from '../../../src/verification/proof/bits.ts';
import { followSamples } from '../../../src/verification/proof/samples.ts';
import { randomNetlist } from '../../verilog/random-netlist.ts';
import { firstDifference, inputWords, plainWatcher, record } from './designs.ts';
import { atomsWithin } from './random-forms.ts';
import { runs } from './runs.ts';

/** Names of what is not known in words, by the net that it stands for. */
function unknownNets(words: readonly Word[]): ReadonlyMap<string, string> {
  const atoms = words.flat().flatMap(({ form }) => atomsWithin(form));
  const names = atoms.flatMap(({ meaning }) => (meaning.kind === 'opaque' ? [meaning.name] : []));
  return new Map(names.map((name) => [name, name.replace(/(feedback|state|word) /, '#')]));
}

function writeNetlist(store: FormStore, netlist: Netlist): { readonly name: string; readonly word: Word }[] {
  const top = netlist.modules.at(-1)!;
  const inputs = inputWords(store, top.inputs);
  const words = netlistForms(
    store,
    netlist,
    top.inputs.map(({ name }) => inputs.get(name)!),
    plainWatcher(store),
  );
  return top.outputs.map(({ name }, k) => ({ name, word: words[k]! }));
}

describe('netlistForms', () => {
  it('says in every cycle what the simulator does: all cells, instances, resets, enables and feedback', () => {
    let compared = 0;
    for (let seed = 1; seed <= runs(30); seed++) {
      const netlist = randomNetlist(seed, 40);
      const store = formStore();
      const outputs = writeNetlist(store, netlist);
      const unknown = unknownNets(outputs.map(({ word }) => word));
      const recorded = new Map(record(netlist, 80, `${seed}`, [...unknown.values()]));
      for (const [name, path] of unknown) recorded.set(name, recorded.get(path)!);
      for (const { name, word } of outputs) {
        compared++;
        expect([seed, name, firstDifference(store, word, recorded, recorded.get(name)!)]).toEqual([
          seed,
          name,
          undefined,
        ]);
      }
    }
    expect(compared).toBeGreaterThan(runs(150));
  });

  it('says of a lowered circuit what the interpreter computes', () => {
    fc.assert(
      fc.property(circuitCases({ maxWidth: 40, maxSteps: 16 }, { maxSamples: 6 }), ({ circuit, samples }) => {
        const store = formStore();
        const module = lowerCircuit(circuit);
        const buses = circuit.inputs.map(({ formats }, port) =>
          joinWords(
            store,
            formats.map((format, index) => {
              const { lo, hi } = rawRange(format);
              return wordOf(
                store.ofAtom(store.atom({ kind: 'input', name: `${port} ${index}` }, lo, hi)),
                format.width,
                0,
              );
            }),
          ),
        );
        const netlist = { name: 'n', top: module.name, modules: [module] };
        const [bus] = netlistForms(store, netlist, buses, plainWatcher(store));
        const followed = followSamples(samples.length, (name) => {
          const [port, index] = name.split(' ').map(Number) as [number, number];
          return samples.map((sample) => sample[port]![index]!);
        });
        const expected = samples.map((sample) => interpret(circuit, sample)[0]!);
        let lsb = 0;
        circuit.outputs[0]!.formats.forEach(({ signed, width }, element) => {
          const { form, delay } = readWord(store, sliceWord(bus!, lsb, width), signed ? 'signed' : 'unsigned');
          lsb += width;
          expect(delay ?? 0).toBe(0);
          expect(followed.seriesOf(form)).toEqual(expected.map((row) => row[element]!));
        });
      }),
      { numRuns: runs(150) },
    );
  });
});
