/** The difference of a failed claim: as data and in a sentence, and as vectors for a simulator. */
import type { LayerGraph } from '../../circuit/index.ts';
import { interpretGraph } from '../../emulation/index.ts';
import { rawRange } from '../../fixed/index.ts';
import { packVector } from '../../netlist/index.ts';
import { copyName, type FoundDifference, VALID_INPUT, VALID_OUTPUT } from '../../verification/index.ts';
import type { Stimulus } from '../stimuli.ts';
import type { ClaimName, Difference } from './audit-result.ts';
import { copyGraph } from './copies.ts';
import type { WrongWire } from './first-wrong-wire.ts';

/** Vectors before and behind the one that shows a difference in time. */
const BEFORE = 8;
const BEHIND = 4;

/** Say what differs and where. */
export function describeDifference(
  claim: ClaimName,
  graph: LayerGraph,
  module: string,
  found: FoundDifference,
  wire: WrongWire | undefined,
): Omit<Difference, 'files'> {
  const { unproven, expected } = found;
  const value = codeOnPort(graph, found);
  const codes = stimulusAt(graph, found, found.vector);
  const inputs = Object.fromEntries(graph.inputs.map(({ name }, k) => [name, codes[k]!.map(String)]));
  const port = unproven.port === VALID_OUTPUT ? VALID_OUTPUT : `${unproven.port}[${unproven.element}]`;
  const place =
    wire === undefined
      ? { module, wire: port, expected, found: value }
      : { module: wire.module, wire: wire.wire, expected: wire.expected, found: wire.found };
  const late = latenessOf(found);
  const atPort =
    late === 0
      ? `is ${value} and must be ${expected}`
      : `comes ${cyclesText(Math.abs(late))} ${late > 0 ? 'late' : 'early'}`;
  const seen = place.wire === port ? '' : `, so that ${port} ${atPort}`;
  const vector = graph.inputs.map(({ name }, k) => `${name} = ${briefly(codes[k]!)}`).join('; ');
  return {
    claim,
    module: place.module,
    wire: place.wire,
    inputs,
    expected: String(place.expected),
    found: String(place.found),
    sentence: `${claim} fails in ${place.module}: ${place.wire} ${wire === undefined ? atPort : atWire(wire)} for ${vector}${seen}.`,
  };
}

/**
 * Say what differs at the ports around several copies.
 *
 * @param found - of forms over the inputs of `copyGraph`
 */
export function describeCopyDifference(
  claim: ClaimName,
  graph: LayerGraph,
  copies: number,
  module: string,
  found: FoundDifference,
): Omit<Difference, 'files'> {
  const { port, element } = found.unproven;
  const all = Array.from({ length: copies }, (_, copy) => stimulusAt(copyGraph(graph, copy), found, found.vector));
  const elements = graph.layers.find(({ name }) => name === port)?.circuit.outputs[0]!.formats.length ?? 1;
  const copy = Math.floor(element / elements);
  const wire = port === VALID_OUTPUT ? port : `${port}[${element % elements}]`;
  const own = { ...found, unproven: { ...found.unproven, element: element % elements } };
  const [value, expected] =
    port === VALID_OUTPUT ? [BigInt.asUintN(1, found.found), found.expected] : [codeOnPort(graph, own), found.expected];
  const vectors = all.map((codes, k) =>
    graph.inputs.map(({ name }, port) => [`${copyName(name, k)}`, codes[port]!] as const),
  );
  const shown = vectors.map((ports) => ports.map(([name, codes]) => `${name} = ${briefly(codes)}`).join('; '));
  return {
    claim,
    module,
    wire: copyName(wire, copy),
    inputs: Object.fromEntries(vectors.flat().map(([name, codes]) => [name, codes.map(String)])),
    expected: String(expected),
    found: String(value),
    sentence: `${claim} fails in ${module}: ${copyName(wire, copy)} is ${value} and must be ${expected} for ${shown.join('; ')}.`,
  };
}

function atWire({ expected, found, expectedCycles, foundCycles }: WrongWire): string {
  if (expectedCycles !== foundCycles) {
    return `stands ${cyclesText(foundCycles)} behind the input and must stand ${expectedCycles} behind it`;
  }
  return `is ${found} and must be ${expected}`;
}

function cyclesText(cycles: number): string {
  return `${cycles} ${cycles === 1 ? 'cycle' : 'cycles'}`;
}

/** What an output shows, as a code of its format: a difference is known modulo the width of the port. */
function codeOnPort(graph: LayerGraph, { unproven: { port, element }, found }: FoundDifference): bigint {
  const format = graph.layers.find(({ name }) => name === port)?.circuit.outputs[0]!.formats[element];
  if (format === undefined) return found;
  return format.signed ? BigInt.asIntN(format.width, found) : BigInt.asUintN(format.width, found);
}

/** Cycles by which an output comes late. */
function latenessOf({ unproven: { delay, expectedDelay } }: FoundDifference): number {
  return delay === undefined || expectedDelay === undefined ? 0 : delay - expectedDelay;
}

/** A vector in a sentence: all of a short one, the beginning of a long one. */
function briefly(codes: readonly bigint[]): string {
  const shown = codes.slice(0, 8).join(', ');
  return `[${shown}${codes.length > 8 ? `, … ${codes.length} in all` : ''}]`;
}

/** Raw codes of the inputs in one vector of a run. */
export function stimulusAt(graph: LayerGraph, { inputs }: FoundDifference, vector: number): Stimulus {
  return graph.inputs.map(({ name, formats }) =>
    formats.map((format, element) => {
      const { lo, hi } = rawRange(format);
      return inputs(`${name}[${element}]`, lo, hi)[vector]!;
    }),
  );
}

/** Vectors that show a difference in a simulator: the one, or those around it where time matters. */
export interface ShowingVectors {
  readonly stimuli: readonly (readonly bigint[])[];
  readonly golden: readonly (readonly bigint[])[];
  readonly pattern: readonly boolean[];
}

/**
 * Make the vectors of a difference, with the outputs that the graph gives.
 *
 * @param validInput - name of the input that marks them
 * @defaultValue validInput: VALID_INPUT
 */
export function showingVectors(
  graph: LayerGraph,
  found: FoundDifference,
  validInput: string = VALID_INPUT,
): ShowingVectors {
  const { unproven, vector, inputs, samples } = found;
  const isTimed =
    latenessOf(found) !== 0 ||
    unproven.port === VALID_OUTPUT ||
    unproven.found.linear.atoms.some(({ meaning }) => meaning.kind === 'delayed');
  const from = isTimed ? Math.max(0, vector - BEFORE) : vector;
  const to = isTimed ? Math.min(samples.count - 1, vector + BEHIND) : vector;
  const cycles = Array.from({ length: to - from + 1 }, (_, k) => from + k);
  const valid = inputs(validInput, 0n, 1n);
  // Data that differ are shown whatever marks of other copies say; marks that differ are shown as they are.
  const isData = unproven.port !== VALID_OUTPUT;
  const pattern = cycles.map((cycle) => !isTimed || valid[cycle] === 1n || (isData && cycle === vector));
  const shown = cycles.filter((_, k) => pattern[k]!);
  const rows = (shown.length === 0 ? [vector] : shown).map((cycle) => stimulusAt(graph, found, cycle));
  return {
    stimuli: rows.map((row) => graph.inputs.map(({ formats }, k) => packVector(formats, row[k]!))),
    golden: rows.map((row) => {
      const outputs = interpretGraph(graph, row);
      return graph.outputs.map((name) => {
        const { formats } = graph.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!;
        return packVector(formats, outputs.get(name)!);
      });
    }),
    pattern: shown.length === 0 ? [...pattern, true] : pattern,
  };
}
