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
import { hastyBounds } from './equality.ts';
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
  /** By the path of the instance, names joined by dots. */
  readonly instances: ReadonlyMap<string, ExpectedInstance>;
  /** Elements by output port of the top module. */
  readonly outputs: ReadonlyMap<string, readonly BusElement[]>;
  /** Cycles from input to output; where it is undefined, any number that all outputs share. */
  readonly latency?: number;
  /**
   * Names of the inputs that mark vectors, one per bit of the output that marks results.
   * @defaultValue VALID_INPUT alone
   */
  readonly valid?: readonly string[];
}

/** An element of a bus whose equality is not proven; forms in time, so that it can be looked for in a run. */
export interface TimedUnproven extends Unproven {
  readonly port: string;
  readonly width: number;
  /** Cycles from the inputs of the found form to the port; undefined where it is constant. */
  readonly delay: number | undefined;
  /** The same for the expected form; undefined inside the design, where no stage is prescribed. */
  readonly expectedDelay: number | undefined;
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
  /** Outputs of the design, valid_out among them where there is one. */
  readonly top: ModuleProof;
  /** Cycles from input to output. */
  readonly latency: number;
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
      const instance = expected.instances.get(path.join('.'));
      if (instance === undefined) return outputs;
      const word = outputs.get(instance.port);
      if (word === undefined) return outputs;
      const proof = compareBus(context, instance.port, instance.elements, word);
      modules.push({ module, instance: path.join('.'), ...proof.counts });
      return new Map([...outputs, [instance.port, proof.word]]);
    },
  };
}

interface BusProof {
  readonly counts: Pick<ModuleProof, 'outputs' | 'methods' | 'unproven'>;
  /** The bus with proven elements in the form that was expected. */
  readonly word: Word;
}

const OPEN = { result: 'open' } as const;

/** Compare a bus element by element; with `latency` each must come after so many cycles. */
export function compareBus(
  context: ProofContext,
  port: string,
  elements: readonly BusElement[],
  bus: Word,
  latency?: number,
): BusProof {
  // Inside the design an equality is a help, not a claim; patience is for the outputs.
  const hasty = { ...context, bounds: hastyBounds(context.bounds) };
  const methods: Record<string, number> = {};
  const unproven: TimedUnproven[] = [];
  let outputs = 0;
  let lsb = 0;
  const words = elements.map(({ form: expected, width, isRead }, element): Word => {
    const slice = sliceWord(bus, lsb, width);
    lsb += width;
    if (!isRead) return slice;
    outputs++;
    const { form, delay } = readWord(context.store, slice, 'modular');
    const found = withoutReset(context.store, form);
    // What a port is too narrow for is missing, whatever its other bits are.
    const isWhole = widthOfWord(slice) === width;
    const comparison = isWhole ? compareForms(latency === undefined ? hasty : context, found, expected, width) : OPEN;
    const isLate = latency !== undefined && delay !== undefined && delay !== latency;
    if (comparison.result === 'equal' && !isLate) {
      methods[comparison.method] = (methods[comparison.method] ?? 0) + 1;
      return wordOf(expected, width, delay);
    }
    const open = comparison.result === 'equal' ? OPEN : comparison;
    unproven.push({ port, element, found, expected, comparison: open, width, delay, expectedDelay: latency });
    return slice;
  });
  const rest = widthOfWord(bus) - lsb;
  const all = rest > 0 ? [...words, sliceWord(bus, lsb, rest)] : words;
  return { counts: { outputs, methods, unproven }, word: joinWords(context.store, all) };
}

/**
 * Compare the outputs of a design.
 *
 * @param modules what the watcher of the design has found
 */
export function proveOutputs(
  context: ProofContext,
  expected: ExpectedDesign,
  top: string,
  outputs: ReadonlyMap<string, Word>,
  modules: readonly ModuleProof[],
): DesignProof {
  const methods: Record<string, number> = {};
  const unproven: TimedUnproven[] = [];
  const latency = expected.latency ?? latencyOf(expected, outputs);
  let count = 0;
  for (const [port, elements] of expected.outputs) {
    const { counts } = compareBus(context, port, elements, outputs.get(port) ?? [], latency);
    count += counts.outputs;
    unproven.push(...counts.unproven);
    for (const [method, times] of Object.entries(counts.methods)) methods[method] = (methods[method] ?? 0) + times;
  }
  const valid = outputs.get(VALID_OUTPUT);
  const marks = valid === undefined ? [] : (expected.valid ?? [VALID_INPUT]);
  for (const [bit, name] of marks.entries()) {
    count++;
    // Bits that should not be there stay with the last one.
    const own = sliceWord(valid!, bit, bit + 1 < marks.length ? 1 : Infinity);
    const found = readWord(context.store, own, 'unsigned');
    const wanted = readWord(
      context.store,
      validAfter(context.store, latency, bitInput(context.store, name)),
      'unsigned',
    );
    if (sameForm(found.form, wanted.form) && found.delay === wanted.delay) {
      methods['normal form'] = (methods['normal form'] ?? 0) + 1;
    } else {
      unproven.push({
        port: VALID_OUTPUT,
        element: bit,
        found: found.form,
        expected: wanted.form,
        comparison: OPEN,
        width: 1,
        delay: found.delay,
        expectedDelay: wanted.delay,
      });
    }
  }
  return { modules, top: { module: top, instance: '', outputs: count, methods, unproven }, latency };
}

/** Cycles of the first output that depends on an input. */
function latencyOf({ outputs: elements }: ExpectedDesign, outputs: ReadonlyMap<string, Word>): number {
  for (const port of elements.keys()) {
    for (const { delay } of outputs.get(port) ?? []) if (delay !== undefined) return delay;
  }
  return 0;
}

/** The bit that marks vectors after some registers, each of which a reset clears. */
export function validAfter(store: ProofContext['store'], cycles: number, mark: Word): Word {
  const reset = bitInput(store, RESET_INPUT);
  let word = mark;
  for (let cycle = 0; cycle < cycles; cycle++) {
    const { forms, delay } = readWords(store, [
      [reset, 'unsigned'],
      [word, 'unsigned'],
    ]);
    word = registerWord(wordOf(selectForm(store, forms[0]!, store.constant(0n), forms[1]!), 1, delay));
  }
  return word;
}

/** Name of the input that marks a vector, and of the output that marks a result. */
export const VALID_INPUT = 'valid_in';
export const VALID_OUTPUT = 'valid_out';

/** The input bus of some elements. */
export function inputBus(context: ProofContext, elements: readonly Pick<BusElement, 'form' | 'width'>[]): Word {
  return joinWords(
    context.store,
    elements.map(({ form, width }) => wordOf(form, width, 0)),
  );
}
