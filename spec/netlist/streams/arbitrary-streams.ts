/** Random stream graphs that use every part of a stage: taps, classes, steps, constants, folds, gathering, joins. */
import * as fc from 'fast-check';
import {
  type CircuitBuilder,
  circuitBuilder,
  classFormat,
  type Fold,
  type LayerGraph,
  type StreamGraph,
  type StreamStage,
  type StreamType,
  type Wire,
} from '../../../src/circuit/index.ts';
import { type FixedFormat, fixed } from '../../../src/fixed/index.ts';

/** Draws whole numbers, so that one arbitrary of integers decides everything and shrinks toward small graphs. */
export type Draw = (least: number, most: number) => number;

const element = fixed(5, 4);
const sumFormat = fixed(8, 7);

/** A stream whose sample is its beats one after another. */
export function plainType(formats: readonly FixedFormat[], beats: number): StreamType {
  return {
    formats,
    elements: Array.from({ length: beats }, (_, b) => formats.map((_unused, k) => b * formats.length + k)),
  };
}

/** A graph of one layer. */
export function oneLayer(
  name: string,
  inputs: readonly { readonly name: string; readonly formats: readonly FixedFormat[] }[],
  build: (builder: CircuitBuilder, wires: readonly (readonly Wire[])[]) => { wires: Wire[]; format: FixedFormat },
): LayerGraph {
  const builder = circuitBuilder(name);
  const wires = inputs.map((input) => builder.input(input.name, input.formats));
  const made = build(builder, wires);
  builder.output(
    'y',
    made.wires,
    made.wires.map(() => made.format),
  );
  const layer = { name, kind: 'test', circuit: builder.build(), inputs: inputs.map((input) => input.name) };
  return { name, inputs, layers: [layer], outputs: [name] };
}

const divisors = (value: number): number[] =>
  Array.from({ length: value }, (_, k) => k + 1).filter((k) => value % k === 0);

function randomStage(draw: Draw, name: string, inputs: readonly string[], type: StreamType): StreamStage {
  const pick = <T>(list: readonly T[]): T => list[draw(0, list.length - 1)]!;
  const beats = type.elements.length;
  const width = type.formats.length;
  const ages = Array.from({ length: draw(1, 3) }, () => draw(0, draw(0, 1) === 0 ? 2 : 9));
  const flush = draw(0, 3);
  const reads = draw(0, 2) === 0;
  // A class per set of cells inside the sample; a stage that selects has whole patches only.
  const known = new Map<string, number>();
  const isInside = (time: number): boolean[] => ages.map((age) => time - age >= 0 && time - age < beats);
  const classes = Array.from({ length: beats + flush }, (_, time) => {
    const mask = isInside(time);
    const isWhole = mask.every(Boolean);
    if ((reads && !isWhole) || draw(0, 4) === 0) return -1;
    const key = mask.join();
    if (!known.has(key)) known.set(key, known.size);
    return known.get(key)!;
  });
  if (classes.every((which) => which < 0)) {
    ages.splice(0, ages.length, 0);
    classes[0] = 0;
    known.clear();
    known.set('true', 0);
  }
  const masks = [...known.keys()].map((key) => key.split(',').map((text) => text === 'true'));
  const patches = classes.filter((which) => which >= 0).length;
  const elements = ages.length * width;
  const count = reads ? draw(1, 4) : 1;
  const picked = reads ? draw(1, 3) : elements;
  const selections = reads
    ? Array.from({ length: count }, () => Array.from({ length: picked }, () => draw(0, elements - 1)))
    : undefined;
  const steps = patches * count;
  const words = pick(divisors(steps));
  const constants =
    draw(0, 1) === 0
      ? undefined
      : {
          formats: [element, element],
          words: Array.from({ length: words }, () => [BigInt(draw(-16, 15)), BigInt(draw(-16, 15))]),
        };

  const x = { name: 'x', formats: Array.from({ length: picked }, () => type.formats[0]!) };
  const several = masks.length > 1;
  const outputs = draw(1, 2);
  const circuit = oneLayer(
    `${name}_circuit`,
    [
      x,
      ...(several ? [{ name: 'class', formats: [classFormat(masks.length)] }] : []),
      ...(constants === undefined ? [] : [{ name: 'w', formats: constants.formats }]),
    ],
    (builder, ports) => {
      const zero = builder.constant(0n, 0);
      const masked = ports[0]!.map((wire, k) => {
        if (!several && masks[0]!.every(Boolean)) return wire;
        const cell = Math.floor(k / width);
        return masks.reduce((value, mask, which) => {
          const here = mask[cell]! ? wire : zero;
          if (!several) return here;
          return builder.select(builder.compare('eq', ports[1]![0]!, builder.constant(BigInt(which), 0)), here, value);
        }, zero);
      });
      const w = constants === undefined ? [] : ports.at(-1)!;
      const wires = Array.from({ length: outputs }, (_, j) => {
        const sum = masked.reduce((total, wire, k) => builder.add(total, wire, (k + j) % 2), zero);
        const scaled = w.length === 0 ? sum : builder.add(builder.multiply(masked[0]!, w[j]!), sum);
        return builder.cast(scaled, element);
      });
      return { wires, format: element };
    },
  );

  const foldSteps = pick(divisors(steps));
  const folds = draw(0, 1) === 1;
  const results = folds ? steps / foldSteps : steps;
  const initial = Array.from({ length: pick(divisors(results)) }, () =>
    Array.from({ length: outputs }, () => BigInt(draw(-100, 100))),
  );
  const fold: Fold | undefined = folds
    ? { steps: foldSteps, initial, circuit: foldCircuit(name, outputs, draw(0, 1) === 0) }
    : undefined;
  const given = Array.from({ length: outputs }, () => (folds ? sumFormat : element));
  const finish =
    draw(0, 1) === 0
      ? undefined
      : oneLayer(`${name}_finish`, [{ name: 's', formats: given }], (builder, [sums]) => ({
          wires: sums!.map((wire) => builder.cast(builder.add(wire, builder.constant(3n, 1)), element)),
          format: element,
        }));
  const gathered = pick(divisors(results));
  const joined = gathered * outputs;
  const order = draw(0, 1) === 0 ? undefined : Array.from({ length: joined }, (_, k) => joined - 1 - k);
  const format = finish === undefined ? given[0]! : element;
  return {
    name,
    kind: 'test',
    layers: [name],
    inputs,
    taps: { ages, classes, columns: draw(1, beats + flush) },
    steps: { count, ...(selections && { selections }), ...(constants && { constants }) },
    circuit,
    ...(fold && { fold }),
    ...(finish && { finish }),
    gather: { results: gathered, ...(order && { order }) },
    output: plainType(
      Array.from({ length: joined }, () => format),
      results / gathered,
    ),
  };
}

function foldCircuit(name: string, width: number, adds: boolean): Fold['circuit'] {
  const builder = circuitBuilder(`${name}_fold`);
  const sums = builder.input(
    'sum',
    Array.from({ length: width }, () => sumFormat),
  );
  const terms = builder.input(
    'term',
    Array.from({ length: width }, () => element),
  );
  const next = sums.map((sum, k) =>
    adds
      ? builder.cast(builder.add(sum, terms[k]!), sumFormat)
      : builder.align(builder.select(builder.compare('lt', sum, terms[k]!), terms[k]!, sum), 1),
  );
  builder.output(
    'y',
    next,
    next.map(() => sumFormat),
  );
  return builder.build();
}

/** Draw a graph: a chain of stages, at times with a join of two of them or a second output. */
export function drawStreams(draw: Draw): StreamGraph {
  const input = {
    name: 'x',
    type: plainType(
      Array.from({ length: draw(1, 3) }, () => element),
      draw(1, 9),
    ),
  };
  const stages: StreamStage[] = [];
  let [from, type]: [readonly string[], StreamType] = [['x'], input.type];
  for (let k = draw(1, 3); k > 0; k -= 1) {
    const stage = randomStage(draw, `s${stages.length}`, from, type);
    stages.push(stage);
    [from, type] = [[stage.name], stage.output];
    const partner = stages.find(
      (other) =>
        other !== stage &&
        other.output.elements.length === type.elements.length &&
        other.output.formats[0]!.width === type.formats[0]!.width,
    );
    if (partner !== undefined && draw(0, 1) === 1) {
      from = [partner.name, stage.name];
      type = plainType([...partner.output.formats, ...type.formats], type.elements.length);
    }
  }
  if (from.length > 1) stages.push(randomStage(draw, `s${stages.length}`, from, type));
  const last = stages.at(-1)!.name;
  const other = draw(0, 3) === 0 && stages.length > 1 ? [stages[0]!.name] : [];
  return { name: 'random_streams', inputs: [input], stages, outputs: [last, ...other] };
}

/** Stream graphs. */
export const streamGraphs: fc.Arbitrary<StreamGraph> = fc
  .infiniteStream(fc.nat(10_000))
  .map((numbers) => drawStreams((least, most) => least + (numbers.next().value % (most - least + 1))));
