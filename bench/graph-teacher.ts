/**
 * The graph teacher that is measured: three EdgeConv blocks of width 64 over k = 20 neighbours, then 64 → 1.
 *
 * The first edge layer is linear in [x_i, x_j − x_i], so it is computed once per node instead of once per edge:
 * e_ij = relu(a_i + c_j) with a = x·A + b and c = x·B (A and B are free, so the difference is absorbed in them). The
 * second edge layer is 64 → 64, and a block ends with the mean over the neighbours. Who is whose neighbour is given:
 * finding the neighbours is not measured.
 */
import * as ag from '../src/autograd/index.ts';
import type { Variable } from '../src/autograd/index.ts';
import { initialize } from '../src/network/index.ts';
import type { RandomStream } from '../src/random/index.ts';
import { tensor } from '../src/tensor/index.ts';
import type { Tensor } from '../src/tensor/index.ts';

export const graphTeacher = { features: 16, neighbours: 20, width: 64, blocks: 3 } as const;

/** Make fresh parameters by name. */
export function graphParameters(stream: RandomStream): Record<string, Tensor> {
  const { features, width, blocks } = graphTeacher;
  const shapes: Record<string, readonly number[]> = {};
  for (let b = 1; b <= blocks; b++) {
    const from = b === 1 ? features : width;
    shapes[`block${b}.own.kernel`] = [from, width];
    shapes[`block${b}.own.bias`] = [width];
    shapes[`block${b}.other.kernel`] = [from, width];
    shapes[`block${b}.edge.kernel`] = [width, width];
    shapes[`block${b}.edge.bias`] = [width];
  }
  shapes['dense1.kernel'] = [width, width];
  shapes['dense1.bias'] = [width];
  shapes['dense2.kernel'] = [width, 1];
  shapes['dense2.bias'] = [1];
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      initialize(shape, shape.length === 1 ? 'zeros' : 'glorotUniform', stream.split(name)),
    ]),
  );
}

/**
 * Make particles with normal features and random neighbours, none its own.
 *
 * @returns x [particles, 16] and neighbours [particles, 20]
 */
export function graphEvent(particles: number, stream: RandomStream): { x: Tensor; neighbours: Tensor } {
  const { features, neighbours: k } = graphTeacher;
  const [values, places] = [stream.split('x'), stream.split('neighbours')];
  const x = Float32Array.from({ length: particles * features }, () => values.normal());
  const neighbours = Int32Array.from({ length: particles * k }, (_, edge) => {
    const step = places.integer(1, particles);
    return (Math.floor(edge / k) + step) % particles;
  });
  return { x: tensor(x, [particles, features]), neighbours: tensor(neighbours, [particles, k], 'i32') };
}

/** Compute logits [particles, 1] differentiably. */
export function graphLogits(parameters: Readonly<Record<string, Variable>>, x: Tensor, neighbours: Tensor): Variable {
  const { width } = graphTeacher;
  const [n] = neighbours.shape as [number, number];
  const p = (name: string): Variable => parameters[name]!;
  let h = ag.constant(x);
  for (let b = 1; b <= graphTeacher.blocks; b++) {
    const own = ag.dense(h, p(`block${b}.own.kernel`), p(`block${b}.own.bias`));
    const other = ag.indexSelect(ag.matmul(h, p(`block${b}.other.kernel`)), neighbours, 0);
    const first = ag.relu(ag.add(ag.reshape(own, [n, 1, width]), other));
    const second = ag.relu(ag.dense(first, p(`block${b}.edge.kernel`), p(`block${b}.edge.bias`)));
    h = ag.mean(second, 1);
  }
  const hidden = ag.relu(ag.dense(h, p('dense1.kernel'), p('dense1.bias')));
  return ag.dense(hidden, p('dense2.kernel'), p('dense2.bias'));
}
