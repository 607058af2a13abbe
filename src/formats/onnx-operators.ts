/**
 * ONNX operators, each turned into layers of our own: one table, one entry per operator.
 *
 * Names follow hls4ml, so that layer-by-layer comparison finds them: a MatMul `m` becomes `Dense_m` without bias, and
 * an elementwise operation with a constant `a` becomes the affine layer `bn_a` (it is not merged into the dense).
 */
import { ShapeError, UnsupportedError, ValueError } from '../errors.ts';
import type { Tensor } from '../tensor/index.ts';
import { type ImportedLayer, imported } from './imported-layer.ts';
import type { OnnxAttribute, OnnxNode } from './onnx-model.ts';
import { floatTensor, parameterTensor, shapeText, type WeightArray } from './weights.ts';

/** What the table's entries know about the node they turn. */
export interface OperatorContext {
  readonly node: OnnxNode;
  /** Name of the node as an identifier. */
  readonly name: string;
  readonly opset: number;
  /** Shape of one sample of the node's only non-constant input. */
  readonly shape: readonly number[];
  /** Constants by position of the input; undefined where the input is not constant. */
  readonly constants: readonly (WeightArray | undefined)[];
}

/** Layers to chain (none: the input passes through) and the shape of one sample of the result. */
export interface OperatorResult {
  readonly layers: readonly ImportedLayer[];
  readonly shape: readonly number[];
}

const ownerOf = ({ name, node }: OperatorContext): string => `Node "${name}" (${node.class})`;

const attribute = <T extends OnnxAttribute>(context: OperatorContext, key: string, fallback: T): T => {
  const value = context.node.attributes?.[key] ?? fallback;
  if (typeof value !== typeof fallback || Array.isArray(value) !== Array.isArray(fallback)) {
    throw new UnsupportedError(`${ownerOf(context)} has attribute ${key} of another type than its operator defines.`);
  }
  return value as T;
};

const refuse = (context: OperatorContext, why: string): UnsupportedError =>
  new UnsupportedError(`${ownerOf(context)} ${why}.`);

const same = (context: OperatorContext, ...layers: ImportedLayer[]): OperatorResult => ({
  layers,
  shape: context.shape,
});

const featuresOf = (context: OperatorContext): number => {
  const n = context.shape.at(-1);
  if (n === undefined)
    throw new ShapeError(`${ownerOf(context)} needs an input with at least one axis beside the batch.`);
  return n;
};

/** Spread a constant over the features: a scalar, [n], or [1, …, n]. */
const perFeature = (context: OperatorContext, role: string, array: WeightArray, n: number): Tensor => {
  const last = array.shape.at(-1) ?? 1;
  const leading = array.shape.slice(0, -1);
  if (leading.some((length) => length !== 1) || (last !== n && last !== 1)) {
    throw new ShapeError(
      `${ownerOf(context)} has a constant of shape ${shapeText(array.shape)} where [${n}] or a single number is needed.`,
    );
  }
  const data = last === n ? array.data : Array.from({ length: n }, () => array.data[0]);
  return parameterTensor(context.name, role, { ...array, shape: [n], data }, [n]);
};

const filled = (n: number, value: number): Tensor =>
  floatTensor(
    [n],
    Array.from({ length: n }, () => value),
  );

const scaled = (tensor: Tensor, factor: number): Tensor =>
  factor === 1
    ? tensor
    : floatTensor(
        tensor.shape,
        Array.from(tensor.data, (value) => value * factor),
      );

const transposed = (array: WeightArray): WeightArray => {
  const [rows, columns] = array.shape;
  const data = Array.from(
    { length: rows * columns },
    (_, i) => array.data[(i % rows) * columns + Math.floor(i / rows)],
  );
  return { ...array, shape: [columns, rows], data };
};

const kernelOf = (context: OperatorContext, transpose: boolean): { kernel: Tensor; units: number } => {
  const array = context.constants[1];
  if (array === undefined || context.constants[0] !== undefined) {
    throw refuse(
      context,
      'multiplies two computed matrices, but only a computed input times constant weights is supported',
    );
  }
  if (array.shape.length !== 2) {
    throw refuse(context, `has weights of shape ${shapeText(array.shape)}, but only matrices are supported`);
  }
  const matrix = transpose ? transposed(array) : array;
  const units = matrix.shape[1];
  return { kernel: parameterTensor(context.name, 'kernel', matrix, [featuresOf(context), units]), units };
};

const denseResult = (context: OperatorContext, layer: ImportedLayer<'dense'>): OperatorResult => ({
  layers: [layer],
  shape: [...context.shape.slice(0, -1), layer.attributes.units],
});

const matMul = (context: OperatorContext): OperatorResult => {
  const { kernel, units } = kernelOf(context, false);
  return denseResult(context, imported(`Dense_${context.name}`, 'dense', { units, useBias: false }, { kernel }));
};

const gemm = (context: OperatorContext): OperatorResult => {
  if (attribute(context, 'transA', 0) !== 0)
    throw refuse(context, 'transposes its input, but only transA 0 is supported');
  const { kernel, units } = kernelOf(context, attribute(context, 'transB', 0) !== 0);
  const scaledKernel = scaled(kernel, attribute(context, 'alpha', 1));
  const array = context.constants[2];
  if (array === undefined) {
    if (context.node.inputs.length > 2)
      throw refuse(context, 'adds a computed bias, but only constant ones are supported');
    return denseResult(context, imported(context.name, 'dense', { units, useBias: false }, { kernel: scaledKernel }));
  }
  const bias = scaled(perFeature(context, 'bias', array, units), attribute(context, 'beta', 1));
  return denseResult(
    context,
    imported(context.name, 'dense', { units, useBias: true }, { kernel: scaledKernel, bias }),
  );
};

const affine =
  (make: (constant: Tensor, first: boolean, n: number) => { scale: Tensor; bias: Tensor } | undefined) =>
  (context: OperatorContext): OperatorResult => {
    const first = context.constants[0] !== undefined;
    const array = context.constants[0] ?? context.constants[1];
    const n = featuresOf(context);
    const parameters = array && make(perFeature(context, 'constant', array, n), first, n);
    if (parameters === undefined)
      throw refuse(context, 'is supported only with one constant operand that is no dividend');
    for (const value of parameters.scale.data) {
      if (!Number.isFinite(value)) throw new ValueError(`${ownerOf(context)} divides by ${1 / value}.`);
    }
    return same(context, imported(`bn_${context.name}`, 'affine', {}, parameters));
  };

const batchNormalization = (context: OperatorContext): OperatorResult => {
  const n = featuresOf(context);
  const read = (role: string, position: number): Tensor =>
    parameterTensor(context.name, role, context.constants[position], [n]);
  const movingVariance = read('movingVariance', 4);
  const negative = movingVariance.data.findIndex((value) => value < 0);
  if (negative >= 0) {
    throw new ValueError(
      `${ownerOf(context)} has variance ${movingVariance.data[negative]} at [${negative}], but a variance is at least 0.`,
    );
  }
  return same(
    context,
    imported(
      context.name,
      'batchNormalization',
      { epsilon: attribute(context, 'epsilon', 1e-5), momentum: attribute(context, 'momentum', 0.9) },
      { gamma: read('gamma', 1), beta: read('beta', 2), movingMean: read('movingMean', 3), movingVariance },
    ),
  );
};

const softmax = (context: OperatorContext): OperatorResult => {
  const rank = context.shape.length + 1;
  const axis = attribute(context, 'axis', context.opset < 13 ? 1 : -1);
  if (axis !== -1 && axis !== rank - 1) {
    throw refuse(context, `works along axis ${axis}, but only the last axis (-1 or ${rank - 1}) is supported`);
  }
  return same(context, imported(context.name, 'softmax', {}));
};

const passVector = (context: OperatorContext): OperatorResult => {
  if (context.shape.length !== 1) {
    throw refuse(context, `reorders ${shapeText(context.shape)}, but only vectors that keep their shape are supported`);
  }
  if (context.node.class === 'Reshape') {
    const target = Array.from(context.constants[1]?.data ?? []);
    const last = target.at(-1);
    const keeps = target.length === 2 && (last === -1 || last === 0 || last === context.shape[0]);
    if (!keeps)
      throw refuse(context, `reshapes to [${target.join(', ')}], but only [batch, ${context.shape[0]}] is supported`);
  }
  return same(context);
};

/** What each ONNX operator becomes. */
export const onnxOperators: Readonly<Record<string, (context: OperatorContext) => OperatorResult>> = {
  MatMul: matMul,
  Gemm: gemm,
  Add: affine((constant, _, n) => ({ scale: filled(n, 1), bias: constant })),
  Sub: affine((constant, first, n) =>
    first ? { scale: filled(n, -1), bias: constant } : { scale: filled(n, 1), bias: scaled(constant, -1) },
  ),
  Mul: affine((constant, _, n) => ({ scale: constant, bias: filled(n, 0) })),
  Div: affine((constant, first, n) =>
    first
      ? undefined
      : {
          scale: floatTensor(
            [n],
            Array.from(constant.data, (value) => 1 / value),
          ),
          bias: filled(n, 0),
        },
  ),
  BatchNormalization: batchNormalization,
  Relu: (context) => same(context, imported(context.name, 'relu', {})),
  LeakyRelu: (context) =>
    same(context, imported(context.name, 'leakyRelu', { slope: attribute(context, 'alpha', 0.01) })),
  Sigmoid: (context) => same(context, imported(context.name, 'sigmoid', {})),
  Tanh: (context) => same(context, imported(context.name, 'tanh', {})),
  HardSigmoid: (context) =>
    same(
      context,
      imported(context.name, 'hardSigmoid', {
        slope: attribute(context, 'alpha', 0.2),
        shift: attribute(context, 'beta', 0.5),
      }),
    ),
  Softmax: softmax,
  // ONNX's Dropout only acts while training, and an ONNX file here is a model for inference.
  Dropout: (context) => same(context),
  Identity: (context) => same(context),
  Flatten: passVector,
  Reshape: passVector,
  // A transposed single row holds the same numbers; OnnxMLTools wraps batch normalisation in two of them.
  Transpose: passVector,
};
