/** What every layer kind must satisfy, whoever adds one: the registry is enumerated, nothing is listed by hand. */
import { describe, expect, it } from 'vitest';
import { checkGradient, constant } from '../../src/autograd/index.ts';
import type { Variable } from '../../src/autograd/index.ts';
import {
  buildNetwork,
  definitionOf,
  forward,
  inferShapes,
  layerCosts,
  layerKinds,
  layerRegistry,
  parameterCount,
  parseNetwork,
  serializeNetwork,
  trainableParameters,
  parameterAt,
  withParameters,
} from '../../src/network/index.ts';
import type { ForwardOptions, LayerSpec, Network, NetworkInput } from '../../src/network/index.ts';
import { stream } from '../../src/random/index.ts';
import { tensor, toFlat } from '../../src/tensor/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';

const BATCH = 5;

type Kind = (typeof layerKinds)[number];

/** Name and sample shape of the inputs on which the examples of a kind run. */
const inputsOf = (kind: Kind): readonly NetworkInput[] =>
  (layerRegistry[kind].exampleInputs ?? [[4]]).map((shape, i) => ({ name: `x${i}`, shape }));

/**
 * Values away from 0, ±½ and other kinks, where central differences would see two slopes, and at least 1/256 apart, so
 * that no step changes which of them is the largest.
 */
const smoothInputs = (kind: Kind): readonly Tensor[] =>
  inputsOf(kind).map(({ name, shape }) => {
    const length = BATCH * shape.reduce((a, b) => a * b, 1);
    const order = stream('registry', 'input', name).permutation(length);
    const data = Float32Array.from(order, (rank, i) => (i % 2 === 0 ? 1 : -1) * (0.1 + rank / 256));
    return tensor(data, [BATCH, ...shape]);
  });

const named = <T>(kind: Kind, values: readonly T[]): Readonly<Record<string, T>> =>
  Object.fromEntries(inputsOf(kind).map(({ name }, i) => [name, values[i]!]));

const run = (kind: Kind, network: Network, options: ForwardOptions = {}): Variable =>
  forward(network, named(kind, smoothInputs(kind)), options);

/** A network of one layer with parameters that are not all zeros and ones. */
const single = (kind: Kind, attributes: object): Network => {
  const inputs = inputsOf(kind);
  const spec = { kind, name: 'it', attributes, inputs: inputs.map(({ name }) => name) } as LayerSpec;
  const network = buildNetwork('single', inputs, [spec], stream('registry', kind));
  const random = stream('registry', kind, 'parameters');
  const parameters = Object.fromEntries(
    Object.entries(network.layers[0]!.parameters).map(([role, value]) => [
      role,
      tensor(
        Float32Array.from(toFlat(value), () => random.uniform(0.4, 1.2)),
        value.shape,
      ),
    ]),
  );
  return withParameters(network, { it: parameters });
};

const cases = layerKinds.flatMap((kind) =>
  layerRegistry[kind].examples.map((attributes) => [kind, attributes] as const),
);

describe.each(cases)('layer kind %s with %o', (kind, attributes) => {
  it('gives the shape that it promises', () => {
    const network = single(kind, attributes);
    const shape = inferShapes(network).get('it')!;
    const result = run(kind, network, { training: true, stream: stream(1) });
    expect(result.value.shape).toEqual([BATCH, ...shape]);
  });

  it('gives finite results, the same each time', () => {
    const network = single(kind, attributes);
    const first = toFlat(run(kind, network).value);
    const second = toFlat(run(kind, network).value);
    expect(first.every(Number.isFinite)).toBe(true);
    expect(second).toEqual(first);
  });

  it.each([false, true])('has the gradient of its forward pass by input and parameters (training %s)', (training) => {
    const network = single(kind, attributes);
    const sites = trainableParameters(network);
    const values = smoothInputs(kind);
    const inputs = [...values, ...sites.map((site) => parameterAt(network, site))];
    const run = (...variables: readonly Variable[]): Variable => {
      const roles = Object.fromEntries(sites.map((site, i) => [site.role, variables[values.length + i]!]));
      return forward(network, named(kind, variables), { training, stream: stream(1), parameters: { it: roles } });
    };
    // Batch normalisation of a few close values is strongly curved, which the usual step of 1/128 would see.
    const check = checkGradient(run, inputs, { step: 1 / 512 });
    // A surrogate passes gradients where the true slope is zero, so a difference quotient must disagree.
    expect(check.passed, JSON.stringify(check)).toBe(definitionOf(kind, 'it').gradient === 'exact');
  });

  it('survives writing and reading to the bit', () => {
    const network = single(kind, attributes);
    const read = parseNetwork(serializeNetwork(network));
    expect(read).toEqual(network);
    expect(serializeNetwork(read)).toBe(serializeNetwork(network));
  });

  it('accepts its own attributes and refuses strangers', () => {
    const definition = definitionOf(kind, 'it');
    expect(definition.attributes({ ...attributes }, 'it')).toEqual(attributes);
    expect(() => definition.attributes({ ...attributes, colour: 1 }, 'it')).toThrow(
      new RegExp(`Layer "it" of kind ${kind} has no attribute "colour"; it has`),
    );
  });

  it('counts the parameters that it has', () => {
    const network = single(kind, attributes);
    const elements = trainableParameters(network).reduce(
      (sum, site) => sum + toFlat(parameterAt(network, site)).length,
      0,
    );
    expect(parameterCount(network)).toBe(elements);
    expect(layerCosts(network)[0]!.multiplyAccumulates).toBeGreaterThanOrEqual(0);
  });

  it('does not change its input or parameters', () => {
    const network = single(kind, attributes);
    const before = serializeNetwork(network);
    const values = smoothInputs(kind);
    forward(network, named(kind, values.map(constant)), { training: true, stream: stream(1) });
    expect(serializeNetwork(network)).toBe(before);
    expect(values).toEqual(smoothInputs(kind));
  });
});
