/** How a node runs along the batch, or why it cannot. */
import { TraceError } from '../../errors.ts';
import { sizeOfShape } from '../shape.ts';
import { isElementwise } from './elementwise-code.ts';
import { isRowWise, type Draft } from './graph.ts';

const refuse = (node: Draft, why: string): TraceError =>
  new TraceError(`A plan cannot compute "${node.operation}" of shape [${node.shape.join(', ')}]: ${why}.`);

/** Tell an operation whose kernel runs over rows only. */
const needsRows = (operation: string): boolean =>
  operation === 'rowProduct' || operation === 'indexAdd' || /^convolve|Pool/.test(operation);

/** Find how a node runs along the batch. */
export function multipleOf(node: Draft, batch: number): number {
  const { operation, inputs, attributes, shape } = node;
  const rowWise = inputs.filter(isRowWise);
  if ([shape, ...inputs.map((input) => input.shape)].some((s) => sizeOfShape(s) === 0))
    throw refuse(node, 'there are no elements');
  if (operation === 'dropoutMask') {
    if (rowWise.length > 0) throw refuse(node, 'its key has rows');
    return shape[0] === batch ? 1 : 0;
  }
  const value = attributes['value'] as number;
  if (operation === 'pad' && node.dtype === 'i32' && (value | 0) !== value)
    throw refuse(node, 'its value is no integer');
  if (operation.startsWith('index') && inputs[1]!.dtype !== 'i32') throw refuse(node, 'its index is of floats');
  if (rowWise.length === 0) {
    if (needsRows(operation)) throw refuse(node, 'it needs a batch of rows');
    if (operation === 'matmul' && inputs[1]!.shape.length !== 2) throw refuse(node, 'its right side is no matrix');
    if (operation === 'indexSelect' && attributes['axis'] !== 0) throw refuse(node, 'it selects along an inner axis');
    return 0;
  }
  const multiple = rowWise[0]!.multiple;
  const leading = (): number => {
    if (shape[0]! % batch !== 0 || sizeOfShape(shape) === 0) throw refuse(node, 'the batch is not its leading axis');
    return shape[0]! / batch;
  };
  // Several lines per sample are a plane; several planes are nothing that kernels know.
  const ofPlanes = (rows: number): number => {
    if (rows !== 1 && shape.length === 4) throw refuse(node, 'its rows are several per sample');
    return rows;
  };
  if (isElementwise(operation)) {
    for (const input of rowWise) {
      if (input.shape.length !== shape.length || input.shape[0] !== shape[0])
        throw refuse(node, 'it spreads the batch to another axis');
    }
    return multiple;
  }
  switch (operation) {
    case 'reshape':
      return leading();
    case 'transpose':
      if ((attributes['axes'] as readonly number[])[0] !== 0) throw refuse(node, 'it moves the batch axis');
      return multiple;
    case 'broadcastTo':
      if (inputs[0]!.shape.length !== shape.length || inputs[0]!.shape[0] !== shape[0])
        throw refuse(node, 'it spreads the batch to another axis');
      return multiple;
    case 'slice':
      if (shape[0] !== inputs[0]!.shape[0]) throw refuse(node, 'it cuts the batch');
      return multiple;
    case 'flip':
      if ((attributes['axes'] as readonly number[]).includes(0)) throw refuse(node, 'it reverses the batch');
      return multiple;
    case 'concat':
      if (attributes['axis'] === 0) throw refuse(node, 'it joins along the batch');
      return multiple;
    case 'pad':
      if (shape[0] !== inputs[0]!.shape[0]) throw refuse(node, 'it pads the batch');
      return multiple;
    case 'sum':
    case 'max':
    case 'min':
      if (!(attributes['axes'] as readonly number[]).includes(0)) return multiple;
      if (operation !== 'sum') throw refuse(node, 'only sums run over the batch');
      if (multiple !== 1) throw refuse(node, 'its rows are several per sample');
      return 0;
    case 'matmul':
      if (!isRowWise(inputs[0]!) || inputs[0]!.shape.length < 2)
        throw refuse(node, 'a product has the batch on its left');
      if (!isRowWise(inputs[1]!) && inputs[1]!.shape.length !== 2) throw refuse(node, 'its right side is no matrix');
      if (isRowWise(inputs[1]!) && (inputs[0]!.shape.length !== 3 || inputs[1]!.shape.length !== 3))
        throw refuse(node, 'products within rows take three axes');
      if (isRowWise(inputs[1]!) && multiple !== 1) throw refuse(node, 'its rows are several per sample');
      return multiple;
    case 'rowProduct':
    case 'convolveKernelGradient':
      if (!inputs.every((input) => input.multiple === 1)) throw refuse(node, 'its rows are several per sample');
      return 0;
    case 'indexSelect':
      if (attributes['axis'] !== 0 || !isRowWise(inputs[1]!))
        throw refuse(node, 'it must select rows by a row-wise index');
      return leading();
    case 'indexAdd':
      if (attributes['axis'] !== 0 || !isRowWise(inputs[1]!) || shape[0] !== batch)
        throw refuse(node, 'it must add to rows by a row-wise index');
      return 1;
    case 'convolve':
      if (!isRowWise(inputs[0]!) || isRowWise(inputs[1]!)) throw refuse(node, 'a kernel has no batch');
      return ofPlanes(multiple);
    case 'maxPool':
    case 'maxPoolGradient':
    case 'averagePool':
    case 'averagePoolGradient':
      if (!inputs.every(isRowWise)) throw refuse(node, 'a part of it has no batch');
      return ofPlanes(multiple);
    default:
      throw refuse(node, 'plans do not know the operation');
  }
}
