/**
 * The one place that decides whether a network is sound: names, kinds, attributes, shapes and finite parameters.
 *
 * Importers, the parser and the command line call it, so that no NaN and no shape that does not fit goes downstream.
 */
import { ShapeError, ValueError } from '../errors.ts';
import { toFlat } from '../tensor/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { definitionOf } from './layers/index.ts';
import type { Layer, Network } from './network.ts';
import { inferShapes, inputShapes } from './shapes.ts';

/**
 * Check a network completely.
 *
 * @throws ValueError for unknown names, attributes out of range, and NaN or infinite parameters
 * @throws ShapeError for shapes that do not fit
 * @throws UnsupportedError for an unknown layer kind
 */
export const validateNetwork = (network: Network): void => {
  if (network.inputs.length === 0)
    throw new ValueError(`Network "${network.name}" has no inputs; it needs at least one.`);
  if (network.outputs.length === 0) {
    throw new ValueError(`Network "${network.name}" has no outputs; it needs the name of at least one layer.`);
  }
  for (const layer of network.layers) {
    definitionOf(layer.kind, layer.name).attributes(layer.attributes as Readonly<Record<string, unknown>>, layer.name);
  }
  const shapes = inferShapes(network);
  for (const layer of network.layers) checkParameters(layer, inputShapes(shapes, layer));
  const names = network.layers.map((layer) => layer.name);
  for (const output of network.outputs) {
    if (names.includes(output)) continue;
    throw new ValueError(
      `Output "${output}" of network "${network.name}" is no layer; layers are ${names.join(', ')}.`,
    );
  }
  for (const [name, roles] of Object.entries(network.precision ?? {})) {
    const shape = shapes.get(name);
    if (shape === undefined) {
      throw new ValueError(
        `A precision is given for "${name}", which is neither input nor layer of network "${network.name}".`,
      );
    }
    for (const [role, texts] of Object.entries(roles))
      if (typeof texts === 'object') checkList(name, role, texts, shape);
  }
};

/** Only results have formats by element. */
const checkList = (name: string, role: string, texts: readonly string[], shape: readonly number[]): void => {
  if (role !== 'result') {
    throw new ValueError(`Role "${role}" of "${name}" has a list of formats; only the role "result" may have one.`);
  }
  const elements = shape.reduce((a, b) => a * b, 1);
  if (texts.length === elements) return;
  throw new ShapeError(
    `The result of "${name}" has ${elements} elements and a list of ${texts.length} formats; the numbers must be equal.`,
  );
};

const checkParameters = (layer: Layer, inputs: readonly (readonly number[])[]): void => {
  const specs = definitionOf(layer.kind, layer.name).parameters(layer.attributes, inputs);
  const roles = specs.map((spec) => spec.role);
  for (const role of Object.keys(layer.parameters)) {
    if (roles.includes(role)) continue;
    const allowed = roles.length === 0 ? 'it has none' : `it has ${roles.join(', ')}`;
    throw new ValueError(`Layer "${layer.name}" of kind ${layer.kind} has no parameter "${role}"; ${allowed}.`);
  }
  for (const spec of specs) {
    const parameter = layer.parameters[spec.role];
    if (parameter === undefined) {
      throw new ValueError(
        `Parameter "${spec.role}" of layer "${layer.name}" is missing; it needs ${roles.join(', ')}.`,
      );
    }
    if (!sameShape(parameter.shape, spec.shape)) {
      throw new ShapeError(
        `Parameter "${spec.role}" of layer "${layer.name}" has shape [${parameter.shape.join(', ')}]; it must be [${spec.shape.join(', ')}].`,
      );
    }
    checkFinite(parameter, `Parameter "${spec.role}" of layer "${layer.name}"`);
    if (spec.role === 'movingVariance') checkNotNegative(parameter, layer.name);
  }
};

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

/** Turn a position in row-major order into one index per axis, written as text. */
const indexText = (position: number, shape: readonly number[]): string => {
  const index: number[] = [];
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return `[${index.join(', ')}]`;
};

/**
 * Demand finite elements.
 *
 * @param what the subject of the sentence, such as `Parameter "bias" of layer "out"`
 * @throws ValueError naming the first NaN or infinite element and its index
 */
export const checkFinite = (values: Tensor, what: string): void => {
  const flat = toFlat(values);
  for (let i = 0; i < flat.length; i++) {
    if (Number.isFinite(flat[i]!)) continue;
    throw new ValueError(`${what} is ${flat[i]} at index ${indexText(i, values.shape)}; every element must be finite.`);
  }
};

const checkNotNegative = (variance: Tensor, layer: string): void => {
  const bad = toFlat(variance).findIndex((value) => value < 0);
  if (bad < 0) return;
  throw new ValueError(
    `Parameter "movingVariance" of layer "${layer}" is ${toFlat(variance)[bad]} at index ${indexText(bad, variance.shape)}; a variance must be at least 0.`,
  );
};
