/**
 * Small random networks with a precision for every layer: any kinds of the registry in any order, with the attributes
 * that the kinds give as examples and freshly initialised parameters; before them, if asked for, layers over an image.
 *
 * A linear layer with a format of its own stands at the end, so that every network has gates. Formats are narrow
 * (at most 8 bits by default): an activation in the exact profile has a table entry per code of its input.
 */
import * as fc from 'fast-check';
import { ShapeError } from '../../errors.ts';
import { formatText, parseFormat } from '../../fixed/index.ts';
import {
  buildNetwork,
  layerKinds,
  type LayerDefinition,
  layerRegistry,
  type LayerKind,
  type LayerSpec,
  type Network,
} from '../../network/index.ts';
import { stream } from '../../random/index.ts';
import { describeSamples } from './describe.ts';
import { type FormatChoice, formats } from './formats.ts';
import { imageLayers, type ImageLayers } from './image-layers.ts';
import { type SampleCount, type SampledPorts, stimuli, type Stimuli } from './samples.ts';
import { described } from './with-shrinks.ts';

/** Which networks to generate. */
export interface NetworkChoice {
  /** Kinds to draw from. @defaultValue all of the registry that map vectors to vectors */
  readonly kinds?: readonly LayerKind[];
  /** Most layers before the last, at least 1. @defaultValue 3 */
  readonly maxLayers?: number;
  /** Most input features and units of a dense layer, at least 1. @defaultValue 4 */
  readonly maxFeatures?: number;
  /**
   * Most layers over an image before the others, which then follow a flatten; 0 for vectors as inputs. With more, one
   * network in two has an image.
   *
   * @defaultValue 0
   */
  readonly maxImageLayers?: number;
  /**
   * Formats of inputs, weights, biases and results.
   *
   * @defaultValue any of 2 … 8 bits with 0 and more
   * fraction bits, without AP_WRAP_SM
   */
  readonly precision?: FormatChoice;
}

/** Tell whether a kind takes one vector and gives one. */
function mapsVectors(kind: LayerKind): boolean {
  // Each definition takes its own attributes; TypeScript cannot see that key and argument go together.
  const { examples, outputShape } = layerRegistry[kind] as LayerDefinition<LayerKind, object>;
  try {
    return examples.every((attributes) => outputShape(attributes, [[3]], kind).length === 1);
  } catch (error) {
    if (error instanceof ShapeError) return false;
    throw error;
  }
}

/** Generate networks with one input "in" and layers named by kind and position; they shrink to fewer and plainer layers. */
export function networks(choice: NetworkChoice = {}): fc.Arbitrary<Network> {
  const { kinds = layerKinds.filter(mapsVectors), maxLayers = 3, maxFeatures = 4, maxImageLayers = 0 } = choice;
  const format = formats({
    minWidth: 2,
    maxWidth: 8,
    minFraction: 0,
    maxSaturationBits: 0,
    overflows: ['AP_WRAP', 'AP_SAT', 'AP_SAT_ZERO', 'AP_SAT_SYM'],
    ...choice.precision,
  }).map(formatText);
  const features = fc.integer({ min: 1, max: maxFeatures });
  const layer = fc.constantFrom(...kinds).chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      attributes: fc.constantFrom(...layerRegistry[kind].examples),
      units: features,
    }),
  );
  const vector = features.map((count): ImageLayers => ({ shape: [count], layers: [] }));
  const front = maxImageLayers === 0 ? vector : fc.oneof(vector, imageLayers(maxImageLayers));
  const formatsOf = (count: number): fc.Arbitrary<readonly LayerFormats[]> =>
    fc.array(fc.record({ weight: format, bias: format, result: format }), { minLength: count, maxLength: count });
  return fc
    .record({
      front,
      input: format,
      layers: fc.array(layer, { minLength: 1, maxLength: maxLayers }),
      formats: formatsOf(maxImageLayers + maxLayers),
      result: format,
      seed: fc.noShrink(fc.nat({ max: 999 })),
    })
    .map(({ front: { shape, layers: overImage }, input, layers, formats: drawn, result, seed }) => {
      const named = (spec: object, kind: string, k: number): LayerSpec =>
        ({ ...spec, name: `${kind}${k}` }) as LayerSpec;
      const images = overImage.map((spec, k) => named(spec, spec.kind, k));
      const vectors = layers.map(({ kind, attributes, units }, k) => {
        // As an object of any kind: spreading the union of all kinds is beyond the compiler.
        const own: object = attributes;
        const spec = { kind, attributes: kind === 'dense' ? { ...own, units } : own };
        return named(spec, kind, k + images.length);
      });
      const flat: LayerSpec[] = images.length === 0 ? [] : [{ kind: 'flatten', name: 'flat' }];
      const network = buildNetwork(
        'random',
        [{ name: 'in', shape }],
        [...images, ...flat, ...vectors, { kind: 'linear', name: 'end' }],
        stream('networks', String(seed)),
      );
      const precision = Object.fromEntries([
        ['in', { result: input }],
        ...[...images, ...vectors].map((spec, k) => [spec.name!, drawn[k]!] as const),
        ['end', { result }],
      ]);
      return described({ ...network, precision }, (value) => `\n${describeNetwork(value)}\n`);
    });
}

/** Formats of one layer, as texts. */
interface LayerFormats {
  readonly weight: string;
  readonly bias: string;
  readonly result: string;
}

/** A network with a sequence for it. */
export interface NetworkCase extends Stimuli {
  readonly network: Network;
}

/** Generate networks with raw codes in the formats of their inputs. */
export function networkCases(choice: NetworkChoice = {}, count: SampleCount = {}): fc.Arbitrary<NetworkCase> {
  return networks(choice).chain((network) =>
    stimuli(networkPorts(network), count).map(({ samples, gaps }) =>
      described({ network, samples, gaps }, ({ samples: shown }) => {
        const text = describeSamples(networkPorts(network), shown, gaps);
        return `\n${describeNetwork(network)}\n${text}\n`;
      }),
    ),
  );
}

/** The inputs of a network with the formats that its precision gives them. */
function networkPorts({ inputs, precision }: Network): SampledPorts {
  return inputs.map(({ name, shape }) => {
    const texts = precision![name]!['result']!;
    const elements = shape.reduce((a, b) => a * b, 1);
    const formats = Array.from({ length: elements }, (_, k) =>
      parseFormat(typeof texts === 'string' ? texts : texts[k]!),
    );
    return { name, formats };
  });
}

/** Describe a network, one line per layer with its attributes and precisions. */
export function describeNetwork({ name, inputs, layers, precision }: Network): string {
  const roles = (layer: string): string =>
    Object.entries(precision?.[layer] ?? {})
      .map(([role, text]) => `${role} ${typeof text === 'string' ? text : text.join(' ')}`)
      .join(', ');
  const lines = [
    ...inputs.map((input) => `  ${input.name} [${input.shape.join(', ')}]: ${roles(input.name)}`),
    ...layers.map(
      (layer) =>
        `  ${layer.name} = ${layer.kind}(${layer.inputs.join(', ')}) ${JSON.stringify(layer.attributes)}: ${roles(layer.name)}`,
    ),
  ];
  return [`network "${name}"`, ...lines].join('\n');
}
