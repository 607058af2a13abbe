/** The graph of a computation: rewrites keep bits, and what cannot be cut along the batch is refused in one sentence. */
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import * as t from '../../../src/tensor/index.ts';
import { buildGraph } from '../../../src/tensor/plan/build-graph.ts';
import { keyOf, type PlanNode } from '../../../src/tensor/plan/graph.ts';
import { closeThreads, trace, verdict, type Computation } from './law.ts';

afterAll(closeThreads);

const BATCH = 5;

/** The nodes of the results. */
function nodesOf(computation: Computation): readonly PlanNode[] {
  const { inputs, results } = trace(computation, BATCH);
  return buildGraph(
    results.map(({ tensor }) => tensor),
    inputs,
    BATCH,
  ).results;
}

const operationsOf = (computation: Computation): readonly string[] =>
  nodesOf(computation).map(({ operation }) => operation);

const rewrites: Readonly<
  Record<string, { readonly computation: Computation; readonly operations: readonly string[] }>
> = {
  'a product with 1': {
    computation: ({ rows }) => {
      const x = rows([3]);
      return [
        t.multiply(x, 1),
        t.multiply(1, x),
        t.multiply(t.ones([5, 1]), t.sum(x, 1, true)),
        t.multiply(x, t.ones([5, 3])),
      ];
    },
    operations: ['input', 'input', 'sum', 'input'],
  },
  'a product with 1 that spreads': {
    computation: ({ rows }) => [t.multiply(rows([1]), t.ones([5, 3]))],
    operations: ['broadcastTo'],
  },
  'a division by a power of two': {
    computation: ({ rows }) => {
      const x = rows([3]);
      return [t.divide(x, 8), t.divide(x, 2 ** -30), t.divide(x, 1), t.divide(x, 3), t.divide(x, -2), t.divide(x, 0)];
    },
    operations: ['multiply', 'multiply', 'input', 'divide', 'divide', 'divide'],
  },
  'a power': {
    computation: ({ rows }) => {
      const x = rows([3]);
      return [t.powScalar(x, 1), t.powScalar(x, 2), t.powScalar(x, 0.5), t.powScalar(x, -1), t.powScalar(x, 0)];
    },
    operations: ['input', 'square', 'powScalar', 'powScalar', 'powScalar'],
  },
  'the gate of a relu': {
    computation: ({ rows }) => {
      const x = rows([3]);
      return [t.relu(x), t.reluGradient(rows([3]), x)];
    },
    operations: ['relu', 'reluGradient'],
  },
  'a product of a column and a row': {
    computation: ({ rows, whole }) => [t.matmul(rows([1]), whole([1, 7])), t.matmul(whole([3, 1]), whole([1, 4]))],
    operations: ['addZero', 'addZero'],
  },
  'a kernel gradient of one column': {
    computation: ({ rows }) => [t.rowProduct(rows([4]), rows([1])), t.rowProduct(rows([1]), rows([4]))],
    operations: ['reshape', 'reshape'],
  },
  'a sum over one element': {
    computation: ({ rows }) => [t.sum(rows([1, 3]), 1), t.sum(rows([2, 1]), 2, true), t.sum(rows([3]), [])],
    operations: ['reshape', 'addZero', 'addZero'],
  },
  'a sum over the batch and more': {
    computation: ({ rows }) => [
      t.sum(rows([3, 4])),
      t.sum(rows([3, 4]), [0, 2]),
      t.sum(rows([3, 4]), [0, 1], true),
      t.mean(rows([2, 2]), [1, 2]),
    ],
    operations: ['reshape', 'reshape', 'reshape', 'multiply'],
  },
  'a slice of padding': {
    computation: ({ rows }) => {
      const padded = t.pad(
        rows([4, 3]),
        [
          [0, 0],
          [2, 1],
          [0, 2],
        ],
        -1,
      );
      return [
        t.slice(padded, [null, [1, 7], [0, 4]]),
        t.slice(padded, [null, [2, 6], [0, 3]]),
        t.slice(padded, [null, [0, 3]]),
        t.slice(padded, [null, [0, 7, 2]]),
      ];
    },
    operations: ['pad', 'input', 'slice', 'slice'],
  },
  'a slice of a convolution': {
    computation: ({ rows, whole }) => {
      const kernel = whole([3, 2, 4]);
      const padded = t.pad(rows([6, 2]), [
        [0, 0],
        [2, 1],
        [0, 0],
      ]);
      return [
        t.slice(t.convolve(padded, kernel), [null, [1, 5]]),
        t.slice(t.convolve(padded, kernel, { dilation: [2] }), [null, [2, 3]]),
      ];
    },
    operations: ['convolve', 'convolve'],
  },
  'a view of a view': {
    computation: ({ rows }) => [
      t.reshape(t.reshape(rows([6]), [5, 2, 3]), [5, 3, 2]),
      t.broadcastTo(t.broadcastTo(rows([1, 1]), [5, 2, 1]), [5, 2, 3]),
    ],
    operations: ['reshape', 'broadcastTo'],
  },
};

describe('a rewrite', () => {
  it.each(Object.entries(rewrites))('of %s happens, and keeps the bits', async (_, { computation, operations }) => {
    expect(operationsOf(computation)).toEqual(operations);
    for (const spice of ['plain', 'ties', 'wild'] as const)
      expect(await verdict(computation, { batch: BATCH, spice, seed: 3 })).toEqual({ kind: 'same' });
  });

  it('of a division has the bits of the division for subnormal results', async () => {
    const halves: Computation = ({ rows }) => [t.divide(t.multiply(rows([40]), 2 ** -125), 2 ** 14)];
    expect(await verdict(halves, { batch: BATCH })).toEqual({ kind: 'same' });
  });
});

describe('equal expressions', () => {
  it('are one node', () => {
    const [a, b] = nodesOf(({ rows }) => {
      const x = rows([3]);
      return [t.exp(t.add(x, 1)), t.exp(t.add(x, 1))];
    });
    expect(a).toBe(b);
  });

  it('are not those whose attributes JSON writes alike', async () => {
    const alike: Computation = ({ rows }) => {
      const x = rows([3]);
      const pads = [
        [0, 0],
        [1, 1],
      ] as const;
      return [
        t.pad(x, pads, -Infinity),
        t.pad(x, pads, Infinity),
        t.pad(x, pads, NaN),
        t.pad(x, pads, 0),
        t.pad(x, pads, -0),
        t.clip(x, -Infinity, Infinity),
        t.clip(x, -Infinity, -Infinity),
        t.powScalar(x, Infinity),
        t.powScalar(x, -Infinity),
      ];
    };
    expect(await verdict(alike, { batch: BATCH })).toEqual({ kind: 'same' });
  });

  it('have keys that tell all numbers apart', () => {
    const numbers = fc.constantFrom(0, -0, 1, NaN, Infinity, -Infinity, 1e30);
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(keyOf({ value: a }) === keyOf({ value: b })).toBe(Object.is(a, b));
      }),
    );
  });
});

const refusals: readonly (readonly [string, Computation])[] = [
  ['"transpose" of shape [3, 5]: it moves the batch axis', ({ rows }) => [t.transpose(rows([3]))]],
  ['"slice" of shape [2, 3]: it cuts the batch', ({ rows }) => [t.slice(rows([3]), [[1, 3]])]],
  ['"flip" of shape [5, 3]: it reverses the batch', ({ rows }) => [t.flip(rows([3]), 0)]],
  ['"concat" of shape [10, 3]: it joins along the batch', ({ rows }) => [t.concat([rows([3]), rows([3])], 0)]],
  [
    '"concat" of shape [5, 5]: it joins rows with what has none',
    ({ rows, whole }) => [t.concat([rows([3]), whole([5, 2])], 1)],
  ],
  [
    '"pad" of shape [6, 3]: it pads the batch',
    ({ rows }) => [
      t.pad(rows([3]), [
        [0, 1],
        [0, 0],
      ]),
    ],
  ],
  ['"max" of shape [3]: only sums run over the batch', ({ rows }) => [t.max(rows([3]), 0)]],
  [
    '"broadcastTo" of shape [2, 5, 3]: it spreads the batch to another axis',
    ({ rows }) => [t.broadcastTo(rows([3]), [2, 5, 3])],
  ],
  [
    '"add" of shape [2, 5, 3]: it spreads the batch to another axis',
    ({ rows, whole }) => [t.add(rows([3]), whole([2, 1, 3]))],
  ],
  [
    '"matmul" of shape [2, 3]: a product has the batch on its left',
    ({ rows, whole }) => [t.matmul(whole([2, 5]), rows([3]))],
  ],
  [
    '"matmul" of shape [3]: a product has the batch on its left',
    ({ rows, whole }) => [t.matmul(rows([]), whole([5, 3]))],
  ],
  ['"matmul" of shape [5]: its right side is no matrix', ({ rows, whole }) => [t.matmul(rows([3]), whole([3]))]],
  [
    '"matmul" of shape [2, 3, 5]: its right side is no matrix',
    ({ whole }) => [t.matmul(whole([2, 3, 4]), whole([2, 4, 5]))],
  ],
  [
    '"matmul" of shape [10, 3, 5]: its rows are several per sample',
    ({ rows }) => [t.matmul(t.reshape(rows([2, 3, 4]), [10, 3, 4]), t.reshape(rows([2, 4, 5]), [10, 4, 5]))],
  ],
  [
    '"rowProduct" of shape [3, 4]: it needs a batch of rows',
    ({ whole }) => [t.rowProduct(whole([65, 3]), whole([65, 4]))],
  ],
  ['"convolve" of shape [5, 3, 2]: a kernel has no batch', ({ rows }) => [t.convolve(rows([7, 3]), rows([3, 2]))]],
  [
    '"convolve" of shape [10, 3, 3, 2]: its rows are several per sample',
    ({ rows, whole }) => [t.convolve(t.reshape(rows([2, 4, 4, 3]), [10, 4, 4, 3]), whole([2, 2, 3, 2]))],
  ],
  [
    '"maxPool" of shape [10, 2, 2, 3]: its rows are several per sample',
    ({ rows }) => [t.maxPool(t.reshape(rows([2, 4, 4, 3]), [10, 4, 4, 3]), { size: [2, 2] })],
  ],
  [
    '"averagePoolGradient" of shape [5, 4, 3]: it needs a batch of rows',
    ({ whole }) => [t.averagePoolGradient(whole([5, 2, 3]), { size: [2] }, [5, 4, 3])],
  ],
  [
    '"indexSelect" of shape [3, 2]: it selects along an inner axis',
    ({ whole }) => [t.indexSelect(whole([3, 4]), t.tensor([3, 0], [2], 'i32'), 1)],
  ],
  [
    '"indexAdd" of shape [6, 4]: it needs a batch of rows',
    ({ whole }) => [t.indexAdd(t.zeros([6, 4]), t.tensor([3], [1], 'i32'), whole([1, 4]))],
  ],
  [
    '"pad" of shape [5, 4]: its value is no integer',
    ({ rows }) => [
      t.pad(
        rows([3], { dtype: 'i32' }),
        [
          [0, 0],
          [0, 1],
        ],
        0.5,
      ),
    ],
  ],
  ['"slice" of shape [5, 0]: there are no elements', ({ rows }) => [t.sum(t.slice(rows([3]), [null, [0, 0]]), 1)]],
];

describe('a graph refuses', () => {
  it.each(refusals)('%s', async (sentence, computation) => {
    const why = `A plan cannot compute ${sentence}.`;
    expect(await verdict(computation, { batch: BATCH })).toEqual({ kind: 'refused', why });
  });

  it('a batch that is not in front any more', () => {
    expect(() => nodesOf(({ rows }) => [t.reshape(rows([12]), [3, 20])])).toThrow(
      'A plan cannot compute "reshape" of shape [3, 20]: the batch is not its leading axis.',
    );
  });

  it('inputs of another batch, and symbolic tensors that are no inputs', () => {
    const x = t.symbolicInput('x', [4, 3]);
    expect(() => buildGraph([x], [{ tensor: x, name: 'x', kind: 'rows' }], 5)).toThrow(
      'Input "x" of a plan has 4 rows; the batch has 5.',
    );
    expect(() => buildGraph([t.add(x, 1)], [], 5)).toThrow(
      'A traced computation reads "x", which is no input of the plan.',
    );
  });
});
