/**
 * Claims "netlist = circuit" and "Verilog = netlist": a clocked design computes the layers of a graph, each output after
 * the same number of cycles, and marks it as valid.
 *
 * The design has been written as forms in time. Here its instances are compared with the layers that they stand for, and
 * its outputs with those of the graph; a value that is proven equal is replaced by the layer's own, so that whatever
 * stands behind it is compared under the same names. Only the outputs decide: an instance may hand on what nobody reads.
 */
import { joinWords, readWord, readWords, registerWord, sliceWord, widthOfWord, wordOf } from './bits.ts';
import type { Word } from './bits.ts';
import { compareForms } from './compare-forms.ts';
import { bitInput } from './design-trace.ts';
import type { DesignWatcher } from './design-trace.ts';
import { RESET_INPUT, sameForm, selectForm, withoutReset } from './forms/index.ts';
import type { Form } from './forms/index.ts';
import type { ProofContext } from './proof-context.ts';
import type { Unproven } from './prove-graph.ts';

/** A vector on a bus, element 0 in the least significant bits. */
export interface BusElement {
  readonly form: Form;
  /** Bits on the bus. */
  readonly width: number;
  /** Whether anything reads it; what is not read need not be built. */
  readonly isRead: boolean;
}

/** What an instance of the top module stands for. */
export interface ExpectedInstance {
  readonly module: string;
  /** Name of its output port. */
  readonly port: string;
  readonly elements: readonly BusElement[];
}

export interface ExpectedDesign {
  readonly instances: ReadonlyMap<string, ExpectedInstance>;
  /** Elements by output port of the top module. */
  readonly outputs: ReadonlyMap<string, readonly BusElement[]>;
  /** Cycles from input to output; where it is undefined, any number that all outputs share. */
  readonly latency?: number;
}

export interface TimedUnproven extends Unproven {
  readonly width: number;
  readonly delay: number | undefined;
}

export interface ModuleProof {
  readonly module: string;
  /** Path of the instance; empty for the top module. */
  readonly instance: string;
  readonly outputs: number;
  readonly methods: Readonly<Record<string, number>>;
  readonly unproven: readonly TimedUnproven[];
}

export interface DesignProof {
  readonly modules: readonly ModuleProof[];
  readonly top: ModuleProof;
  /** Cycles of the outputs that have another latency than the design should have. */
  readonly wrongLatencies: readonly { readonly port: string; readonly element: number; readonly delay: number }[];
  readonly latency: number | undefined;
  /** Whether valid_out is valid_in after the latency and 0 after a reset; undefined where the design has no such port. */
  readonly valid: boolean | undefined;
}

/** Compares instances as they come, and what they hand on. */
export function designWatcher(
  context: ProofContext,
  expected: ExpectedDesign,
): DesignWatcher & { readonly modules: readonly ModuleProof[] } {
  const modules: ModuleProof[] = [];
  return {
    modules,
    settle: context.references.settle,
    onInstance(path, module, outputs) {
      const instance = path.length === 1 ? expected.instances.get(path[0]!) : undefined;
      if (instance === undefined) return outputs;
      const word = outputs.get(instance.port);
      if (word === undefined) return outputs;
      const proof = compareBus(context, instance.elements, word);
      modules.push({ module, instance: path[0]!, ...proof.counts });
      return new Map([...outputs, [instance.port, proof.word]]);
    },
  };
}

interface BusProof {
  readonly counts: Pick<ModuleProof, 'outputs' | 'methods' | 'unproven'>;
  /** The bus with proven elements in the form that was expected. */
  readonly word: Word;
  /** Delay by element; undefined where it is constant. */
  readonly delays: readonly (number | undefined)[];
}

const OPEN = { result: 'open' } as const;

function compareBus(context: ProofContext, elements: readonly BusElement[], bus: Word): BusProof {
  const methods: Record<string, number> = {};
  const unproven: TimedUnproven[] = [];
  const delays: (number | undefined)[] = [];
  let outputs = 0;
  let lsb = 0;
  const words = elements.map(({ form: expected, width, isRead }, element): Word => {
    const slice = sliceWord(bus, lsb, width);
    lsb += width;
    delays.push(undefined);
    if (!isRead) return slice;
    outputs++;
    const { form, delay } = readWord(context.store, slice, 'modular');
    const found = withoutReset(context.store, form);
    delays[element] = delay;
    // What a port is too narrow for is missing, whatever its other bits are.
    const isWhole = widthOfWord(slice) === width;
    const comparison = isWhole ? compareForms(context, found, expected, width) : OPEN;
    if (comparison.result === 'equal') {
      methods[comparison.method] = (methods[comparison.method] ?? 0) + 1;
      return wordOf(expected, width, delay);
    }
    unproven.push({ element, found, expected, comparison, width, delay });
    return slice;
  });
  const rest = widthOfWord(bus) - lsb;
  const all = rest > 0 ? [...words, sliceWord(bus, lsb, rest)] : words;
  return { counts: { outputs, methods, unproven }, word: joinWords(context.store, all), delays };
}

/** Compare the outputs of a design. */
export function proveOutputs(
  context: ProofContext,
  expected: ExpectedDesign,
  top: string,
  outputs: ReadonlyMap<string, Word>,
  modules: readonly ModuleProof[],
  validPort: string,
): DesignProof {
  const methods: Record<string, number> = {};
  const unproven: TimedUnproven[] = [];
  const latencies: { port: string; element: number; delay: number }[] = [];
  let count = 0;
  for (const [port, elements] of expected.outputs) {
    const proof = compareBus(context, elements, outputs.get(port) ?? []);
    count += proof.counts.outputs;
    unproven.push(...proof.counts.unproven);
    for (const [method, times] of Object.entries(proof.counts.methods)) methods[method] = (methods[method] ?? 0) + times;
    proof.delays.forEach((delay, element) => {
      if (delay !== undefined) latencies.push({ port, element, delay });
    });
  }
  const latency = expected.latency ?? latencies[0]?.delay;
  const valid = outputs.get(validPort);
  return {
    modules,
    top: { module: top, instance: '', outputs: count, methods, unproven },
    wrongLatencies: latencies.filter(({ delay }) => delay !== latency),
    latency,
    valid: valid === undefined ? undefined : latency !== undefined && isDelayedValid(context, valid, latency),
  };
}

/** Tell whether a bit is valid_in after some cycles, with 0 in every register that was reset on the way. */
function isDelayedValid({ store }: ProofContext, valid: Word, latency: number): boolean {
  const expected = validAfter(store, latency);
  const [p, q] = [readWord(store, valid, 'unsigned'), readWord(store, expected, 'unsigned')];
  return sameForm(p.form, q.form) && p.delay === q.delay;
}

/** valid_in after some registers, each of which a reset clears. */
export function validAfter(store: ProofContext['store'], cycles: number): Word {
  const reset = bitInput(store, RESET_INPUT);
  let word = bitInput(store, VALID_INPUT);
  for (let cycle = 0; cycle < cycles; cycle++) {
    const { forms, delay } = readWords(store, [
      [reset, 'unsigned'],
      [word, 'unsigned'],
    ]);
    word = registerWord(wordOf(selectForm(store, forms[0]!, store.constant(0n), forms[1]!), 1, delay));
  }
  return word;
}

/** Name of the input that marks a vector. */
export const VALID_INPUT = 'valid_in';

/** The input bus of some elements. */
export function inputBus(context: ProofContext, elements: readonly BusElement[]): Word {
  return joinWords(
    context.store,
    elements.map(({ form, width }) => wordOf(form, width, 0)),
  );
}
