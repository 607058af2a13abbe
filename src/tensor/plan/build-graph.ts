/**
 * From traced tensors to a graph: nodes in topological order, equal expressions once, composite operations taken apart and
 * special cases rewritten (rewrite.ts), each with the same bits as the tensor functions give.
 *
 * What cannot be cut along the batch is refused with a TraceError (rows.ts), and the computation then runs eagerly.
 */
import { TraceError } from '../../errors.ts';
import { toFlat } from '../access.ts';
import type { Dtype, Tensor } from '../tensor.ts';
import { isSymbolic } from '../trace.ts';
import { keyOf, type Draft, type InputSpec, type Make, type PlanGraph, type PlanNode } from './graph.ts';
import { rewrite } from './rewrite.ts';
import { multipleOf } from './rows.ts';

/** Build the graph of traced results. @throws TraceError if something cannot be cut along the batch. */
export function buildGraph(results: readonly Tensor[], inputs: readonly InputSpec[], batch: number): PlanGraph {
  const nodes: PlanNode[] = [];
  const known = new Map<string, PlanNode>();
  const byTensor = new Map<Tensor, PlanNode>();

  const add = (draft: Draft, multiple: number): PlanNode => {
    const node: PlanNode = { dtype: 'f32', data: null, ...draft, id: nodes.length, multiple };
    nodes.push(node);
    return node;
  };

  const numbers = new Map<string, PlanNode>();
  const number = (value: number, dtype: Dtype = 'f32'): PlanNode => {
    // −0 and 0 are different constants.
    const key = `${dtype} ${Object.is(value, -0) ? '-0' : value}`;
    const found = numbers.get(key);
    if (found !== undefined) return found;
    const data = dtype === 'f32' ? Float32Array.of(value) : Int32Array.of(value);
    const node = add({ operation: 'constant', attributes: {}, inputs: [], shape: [], dtype, data }, 0);
    numbers.set(key, node);
    return node;
  };

  const find = (...[operation, sources, attributes, draft]: Parameters<Make>): PlanNode => {
    const { shape } = draft;
    const key = `${operation} ${sources.map((s) => s.id).join()} ${shape.join()} ${keyOf(attributes)}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const full: Draft = { operation, attributes, inputs: sources, shape, ...(draft.dtype && { dtype: draft.dtype }) };
    const node = add(full, multipleOf(full, batch));
    known.set(key, node);
    return node;
  };
  const make: Make = Object.assign(find, { number });

  const constant = (t: Tensor): PlanNode => {
    const flat = toFlat(t);
    const first = flat[0];
    if (first !== undefined && flat.every((value) => Object.is(value, first))) {
      const value = number(first, t.dtype);
      return t.shape.length === 0 ? value : make('broadcastTo', [value], {}, { shape: t.shape, dtype: t.dtype });
    }
    const data = flat.slice();
    return add({ operation: 'constant', attributes: {}, inputs: [], shape: t.shape, dtype: t.dtype, data }, 0);
  };

  for (const { tensor, name, kind } of inputs) {
    if (kind === 'rows' && tensor.shape[0] !== batch) {
      throw new TraceError(`Input "${name}" of a plan has ${tensor.shape[0] ?? 'no'} rows; the batch has ${batch}.`);
    }
    const { shape, dtype } = tensor;
    const node = add({ operation: 'input', attributes: { name }, inputs: [], shape, dtype }, kind === 'rows' ? 1 : 0);
    byTensor.set(tensor, node);
  }

  const visit = (root: Tensor): PlanNode => {
    const stack: Tensor[] = [root];
    while (stack.length > 0) {
      const t = stack.at(-1)!;
      if (byTensor.has(t)) {
        stack.pop();
        continue;
      }
      if (!isSymbolic(t)) {
        byTensor.set(t, constant(t));
        continue;
      }
      if (t.node.operation === 'input') {
        throw new TraceError(
          `A traced computation reads "${String(t.node.attributes['name'])}", which is no input of the plan.`,
        );
      }
      const missing = t.node.inputs.filter((input) => !byTensor.has(input));
      if (missing.length > 0) {
        stack.push(...missing.toReversed());
        continue;
      }
      const { operation } = t.node;
      const sources = t.node.inputs.map((input, index) => {
        const source = byTensor.get(input)!;
        if (source.dtype === 'f32' || takesIntegers(operation, index)) return source;
        return make('float', [source], {}, { shape: source.shape });
      });
      byTensor.set(t, rewrite(make, t.node.operation, sources, t.node.attributes, t.shape, t.dtype));
    }
    return byTensor.get(root)!;
  };

  return { batch, results: results.map(visit), nodes };
}

/** Operations that leave integers as they are. */
const moves: readonly string[] = 'reshape transpose broadcastTo slice flip concat pad'.split(' ');

/** Tell whether an operand may be of integers; elsewhere they are converted first. */
function takesIntegers(operation: string, index: number): boolean {
  if (operation === 'indexSelect' || operation === 'dropoutMask') return true;
  return moves.includes(operation) || (operation === 'indexAdd' && index === 1);
}
