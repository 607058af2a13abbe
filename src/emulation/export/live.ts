/** What of a program is read: loops, arrays and inputs that folding left without a reader are not printed. */
import type { ArrayId, ExportProgram, IndexMap, LayerCode, Loop } from './program.ts';

function ofIndex(index: IndexMap): readonly ArrayId[] {
  return index.kind === 'listed' ? [index.array] : [];
}

/** Keep of a loop what its body reads, with the operands numbered anew. */
export function liveLoop(loop: Loop): Loop {
  const numbers = new Map<number, number>();
  const ops = loop.body.ops.map((op) => {
    if (op.kind !== 'operand') return op;
    const index = numbers.get(op.index) ?? numbers.size;
    numbers.set(op.index, index);
    return { ...op, index };
  });
  const operands = [...numbers.keys()].map((index) => loop.operands[index]!);
  const { reduction, ...rest } = loop;
  const sums = operands.some((operand) => operand.kind === 'sum');
  return {
    ...rest,
    ...(reduction !== undefined && sums ? { reduction } : {}),
    operands,
    body: { ...loop.body, ops },
  };
}

/** List the arrays that a loop reads, its constants among them. */
function readsOf({ position, operands, reduction, body }: Loop): ArrayId[] {
  const reads = [...ofIndex(position)];
  for (const operand of operands) {
    if (operand.kind === 'element') reads.push(operand.array, ...ofIndex(operand.index));
  }
  const bodies = [body];
  if (reduction !== undefined) {
    const { source, weights, start, term, step } = reduction;
    reads.push(source);
    if (start !== undefined) reads.push(start.array, ...ofIndex(start.index));
    if (weights.kind === 'dense') reads.push(weights.array);
    else {
      reads.push(
        weights.weights,
        weights.offsets,
        weights.starts,
        ...ofIndex(weights.kernels),
        ...ofIndex(weights.bases),
      );
    }
    bodies.push(term, step);
  }
  for (const { ops } of bodies) for (const op of ops) if (op.kind === 'lookup') reads.push(op.array);
  return reads;
}

/** Drop loops and layers without a reader, and tell which arrays are left. */
export function liveProgram(program: Omit<ExportProgram, 'used'>): ExportProgram {
  const used = new Set<ArrayId>(program.outputs.map((port) => port.array));
  const layers: LayerCode[] = [];
  for (const layer of program.layers.toReversed()) {
    if (!layer.outputs.some((array) => used.has(array))) continue;
    const loops: Loop[] = [];
    const read = new Set<ArrayId>();
    for (const loop of layer.loops.toReversed()) {
      if (!used.has(loop.target)) continue;
      const live = liveLoop(loop);
      for (const array of readsOf(live)) {
        used.add(array);
        read.add(array);
      }
      loops.unshift(live);
    }
    layers.unshift({
      ...layer,
      loops,
      inputs: [...new Set(layer.inputs)].filter((array) => read.has(array)),
      scratch: layer.scratch.filter((array) => used.has(array)),
    });
  }
  return { ...program, layers, used };
}
