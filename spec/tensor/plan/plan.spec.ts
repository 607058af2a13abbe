/** Plans have the bits of the tensor functions, whatever the computation, the batch and the number of workers. */
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import * as t from '../../../src/tensor/index.ts';
import { computationOf, describeRecipe, recipes, type Recipe } from './arbitraries.ts';
import { closeThreads, compiled, trace, verdict, type Computation, type LawOptions } from './law.ts';

afterAll(closeThreads);

const check = async (recipe: Recipe, workers: readonly number[]): Promise<boolean> => {
  const { batch, spice, seed } = recipe;
  const found = await verdict(computationOf(recipe), { batch, workers, spice, seed });
  if (found.kind === 'differs') throw new Error(`${found.where}\n${describeRecipe(recipe)}`);
  if (found.kind === 'refused') expect(found.why).toMatch(/^[A-Za-z][^\n]*[^.\n]\.$/);
  return found.kind === 'same';
};

/** Hand-written computations give the bits of the tensor functions. */
async function same(computation: Computation, options: LawOptions): Promise<void> {
  expect(await verdict(computation, options)).toEqual({ kind: 'same' });
}

describe('a plan', () => {
  it('has the bits of the tensor functions with 1 and 2 workers, and accepts nearly all computations', async () => {
    let runs = 0;
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(recipes, async (recipe) => {
        runs += 1;
        if (await check(recipe, [1, 2])) accepted += 1;
      }),
      { numRuns: 200, interruptAfterTimeLimit: 15_000 },
    );
    expect(accepted).toBeGreaterThan(0.8 * runs);
  });

  it('has them with 3 workers and many rows', async () => {
    const many = recipes.map((recipe) => ({
      ...recipe,
      batch: 200 + 5 * recipe.batch,
      steps: recipe.steps.slice(0, 5),
    }));
    await fc.assert(
      fc.asyncProperty(many, async (recipe) => void (await check(recipe, [3]))),
      { numRuns: 20, interruptAfterTimeLimit: 8000 },
    );
  });

  it('is compiled to the same bytes each time', () => {
    fc.assert(
      fc.property(recipes, (recipe) => {
        const bytes = (): Uint8Array | string => {
          try {
            return compiled(computationOf(recipe), recipe.batch, 2).bytes;
          } catch (error) {
            return (error as Error).message;
          }
        };
        expect(bytes()).toEqual(bytes());
      }),
      { numRuns: 30 },
    );
  });

  it.each([1, 2, 63, 64, 65, 127, 128, 129, 200, 1000, 4097])('sums %i rows leaf by leaf', async (batch) => {
    await same(
      ({ rows, whole }) => {
        const [x, w] = [rows([3]), whole([3, 5])];
        const y = t.relu(t.matmul(x, w));
        return [y, t.sum(y, 0), t.mean(y, 0, true), t.rowProduct(x, y)];
      },
      { batch, steps: 1 },
    );
  });
});

describe('rows that are no batch', () => {
  it.each([1, 2, 63, 64])('multiplies %i of them', async (count) => {
    await same(
      ({ rows, whole }) => {
        const segments = t.rowProduct(rows([count]), t.relu(rows([3])));
        return [t.rowProduct(segments, whole([count, 5])), t.rowProduct(segments, segments)];
      },
      { batch: 70 },
    );
  });
});

describe('integers', () => {
  const integers = { dtype: 'i32', below: 4 } as const;

  it.each<[string, Computation]>([
    ['a view is a result', ({ rows }) => [t.reshape(rows([2, 3], integers), [5, 6])]],
    [
      'an index is transposed',
      ({ rows, whole }) => [t.indexSelect(whole([4, 2]), t.transpose(rows([2, 3], integers), [0, 2, 1]))],
    ],
    ['an index is flipped', ({ rows, whole }) => [t.indexSelect(whole([4, 2]), t.flip(rows([3], integers), 1))]],
    ['they are summed within a row', ({ rows }) => [t.sum(rows([4], integers), 1), t.max(rows([4], integers), 1)]],
    ['they are summed over the batch', ({ rows }) => [t.sum(rows([4], integers), 0)]],
    ['they are multiplied as a matrix', ({ rows, whole }) => [t.matmul(rows([4], integers), whole([4, 2]))]],
    ['they are multiplied over rows', ({ rows }) => [t.rowProduct(rows([4], integers), rows([2]))]],
    ['they are convolved', ({ rows, whole }) => [t.convolve(rows([4, 2], integers), whole([2, 2, 3]))]],
    ['they are multiplied by 1', ({ rows }) => [t.multiply(rows([4], integers), 1), t.divide(rows([4], integers), 1)]],
    [
      'they are padded',
      ({ rows }) => [
        t.pad(
          rows([4], integers),
          [
            [0, 0],
            [1, 1],
          ],
          3,
        ),
      ],
    ],
    ['they are joined', ({ rows }) => [t.concat([rows([4], integers), rows([2], integers)], 1)]],
    ['a table has them', ({ rows, whole }) => [t.add(t.indexSelect(whole([4], integers), rows([], integers)), 1)]],
    [
      'an index is looked up',
      ({ rows, whole }) => [t.indexSelect(whole([4]), t.indexSelect(whole([6], integers), rows([], integers)))],
    ],
    ['they are added by index', ({ rows }) => [t.indexAdd(t.zeros([5, 2]), rows([], integers), rows([2], integers))]],
    [
      'a product is compared with them',
      ({ rows, whole }) => [t.equal(t.round(t.matmul(rows([3]), whole([3, 4]))), rows([4], integers))],
    ],
    [
      'a result is a constant',
      ({ rows }) => [t.sum(rows([2])), t.tensor([3, 4, 3], [3], 'i32'), t.tensor([3, 3], [2], 'i32')],
    ],
  ])('keep their values where %s', async (_, computation) => {
    await same(computation, { batch: 5 });
  });
});

describe('operands', () => {
  it.each<[string, Computation]>([
    [
      'a product is joined by every other column',
      ({ rows, whole }) => [t.add(t.matmul(rows([3]), whole([3, 4])), t.slice(rows([8]), [null, [0, 8, 2]]))],
    ],
    [
      'a product is joined by columns in reverse',
      ({ rows, whole }) => [t.add(t.matmul(rows([3]), whole([3, 4])), t.flip(rows([4]), 1))],
    ],
    [
      'columns in reverse are summed beside a product',
      ({ rows, whole }) => [t.matmul(rows([3]), whole([3, 4])), t.sum(t.flip(rows([4]), 1), 0)],
    ],
    [
      'a sum runs over rows that repeat',
      ({ rows }) => [
        t.sum(t.broadcastTo(rows([3, 1]), [5, 3, 5]), 1),
        t.max(t.broadcastTo(rows([3, 1]), [5, 3, 5]), 1),
      ],
    ],
    [
      'a table is computed',
      ({ rows, whole }) => [t.indexSelect(t.multiply(whole([4, 2]), 2), rows([], { dtype: 'i32', below: 4 }))],
    ],
    [
      'a table is a sum over the batch',
      ({ rows }) => [t.indexSelect(t.sum(rows([3, 4]), 0), t.tensor([2, 0, 2], [3], 'i32'))],
    ],
    [
      'two tables of other depth are read',
      ({ rows, whole }) => [
        t.add(
          t.indexSelect(whole([4, 4]), rows([3], { dtype: 'i32', below: 4 })),
          t.indexSelect(whole([6]), rows([3, 4], { dtype: 'i32', below: 6 })),
        ),
      ],
    ],
    [
      'what is added by index has no rows',
      ({ rows, whole }) => [t.indexAdd(t.zeros([5, 3]), rows([2], { dtype: 'i32' }), t.multiply(whole([5, 2, 3]), 2))],
    ],
    [
      'a key is reversed',
      ({ whole }) => [t.dropoutMask(t.flip(whole([2], { dtype: 'i32', below: 2 ** 31 })), 0.5, [5, 3])],
    ],
    [
      'a key is joined',
      ({ whole }) => [
        t.dropoutMask(t.concat([whole([1], { dtype: 'i32' }), whole([1], { dtype: 'i32' })]), 0.5, [5, 3]),
      ],
    ],
    [
      'windows of one channel overlap',
      ({ rows }) => {
        const x = rows([9, 1]);
        const options = { size: [3], strides: [1] };
        const y = t.maxPool(x, options);
        return [y, t.maxPoolGradient(y, x, y, options), t.averagePoolGradient(y, options, x.shape)];
      },
    ],
    [
      'windows of several channels overlap',
      ({ rows }) => {
        const x = rows([6, 7, 3]);
        const options = { size: [3, 3], strides: [1, 1] };
        const y = t.maxPool(x, options);
        return [y, t.maxPoolGradient(y, x, y, options), t.averagePoolGradient(y, options, x.shape)];
      },
    ],
    [
      'one number of two axes is spread in an update',
      ({ rows, whole }) => {
        const x = rows([1]);
        return [t.multiply(t.rowProduct(x, x), whole([1, 7]))];
      },
    ],
  ])('are read as they lie where %s', async (_, computation) => {
    await same(computation, { batch: 5 });
  });
});

describe('states', () => {
  it.each<[string, Computation]>([
    [
      'two change places',
      ({ rows, whole }) => {
        const [x, v, w] = [rows([3]), whole([3]), whole([3])];
        return [t.sum(x), { tensor: w, replaces: v }, { tensor: v, replaces: w }];
      },
    ],
    [
      'two of other shapes change places',
      ({ rows, whole }) => {
        const [x, v, w] = [rows([3]), whole([3]), whole([3, 1])];
        return [t.sum(x), { tensor: t.reshape(w, [3]), replaces: v }, { tensor: t.reshape(v, [3, 1]), replaces: w }];
      },
    ],
    [
      'the old one is a result in another shape',
      ({ rows, whole }) => {
        const w = whole([3000]);
        return [t.sum(rows([3])), { tensor: t.add(w, 1), replaces: w }, t.reshape(w, [3000, 1]), t.slice(w, [[7, 9]])];
      },
    ],
    [
      'another is spread by one',
      ({ rows, whole }) => {
        const [s, w] = [whole([]), whole([2000])];
        const sum = t.sum(rows([3]));
        return [
          { tensor: t.add(s, sum), replaces: s },
          { tensor: t.multiply(t.add(w, sum), s), replaces: w },
        ];
      },
    ],
    [
      'a part of one is added to another',
      ({ rows, whole }) => {
        const [v, w] = [whole([3]), whole([5])];
        const sum = t.sum(rows([3]));
        return [
          { tensor: t.add(w, sum), replaces: w },
          { tensor: t.add(v, t.slice(w, [[2, 5]])), replaces: v },
        ];
      },
    ],
    [
      'a matrix is transposed',
      ({ rows, whole }) => {
        const w = whole([4, 4]);
        return [t.sum(rows([3])), { tensor: t.transpose(w), replaces: w }];
      },
    ],
    [
      'rows are multiplied by one that changes',
      ({ rows, whole }) => {
        const [x, w, b] = [rows([3]), whole([3, 4]), whole([4])];
        return [t.matmul(x, w), { tensor: t.add(w, b), replaces: w }, { tensor: t.multiply(b, 0.5), replaces: b }];
      },
    ],
  ])('have their next values after a step where %s', async (_, computation) => {
    await same(computation, { batch: 130, steps: 3 });
  });
});

describe('a plan refuses', () => {
  const x = t.symbolicInput('x', [5, 3]);
  const w = t.symbolicInput('w', [3, 4]);
  const index = t.symbolicInput('i', [5], 'i32');
  const inputs = [
    { tensor: x, name: 'x', kind: 'rows' },
    { tensor: w, name: 'w', kind: 'whole' },
    { tensor: index, name: 'i', kind: 'rows' },
  ] as const;
  const compile = (tensor: t.Tensor, replaces?: t.SymbolicTensor): t.CompiledPlan =>
    t.compilePlan({ inputs, batch: 5, results: [{ name: 'y', tensor, ...(replaces && { replaces }) }] });

  it.each([0, -1, 1.5, NaN])('a batch of %d rows', (batch) => {
    expect(() => t.compilePlan({ inputs: [inputs[1]], batch, results: [{ name: 'y', tensor: t.sum(w) }] })).toThrow(
      `A plan is given a batch of ${batch} rows; it must be an integer of at least 1.`,
    );
  });

  it.each([0, -1, 1.5, NaN])('%d workers', (workers) => {
    expect(() => t.compilePlan({ inputs, batch: 5, workers, results: [{ name: 'y', tensor: x }] })).toThrow(
      `A plan is given ${workers} workers; it must be an integer of at least 1.`,
    );
  });

  it('names that are given twice', () => {
    expect(() => t.compilePlan({ inputs: [inputs[0], { ...inputs[1], name: 'x' }], batch: 5, results: [] })).toThrow(
      'A plan has two inputs of the name "x".',
    );
    const results = [
      { name: 'y', tensor: x },
      { name: 'y', tensor: w },
    ];
    expect(() => t.compilePlan({ inputs, batch: 5, results })).toThrow('A plan has two results of the name "y".');
  });

  it('states that cannot be replaced in place', () => {
    expect(() => compile(t.add(x, 1), x)).toThrow('Result "y" of a plan must replace a whole input of it.');
    expect(() => compile(t.add(w, 1), t.symbolicInput('w', [3, 4]))).toThrow('must replace a whole input of it');
    expect(() => compile(t.sum(w), w)).toThrow('Result "y" of a plan is f32 [], but replaces f32 [3, 4].');
    const results = ['a', 'b'].map((name) => ({ name, tensor: t.add(w, 1), replaces: w as t.SymbolicTensor }));
    expect(() => t.compilePlan({ inputs, batch: 5, results })).toThrow('Two results of a plan replace the input "w".');
    const table = t.symbolicInput('table', [5, 3]);
    const rows = { inputs: [...inputs, { tensor: table, name: 'table', kind: 'whole' as const }], batch: 5 };
    expect(() =>
      t.compilePlan({ ...rows, results: [{ name: 'y', tensor: t.add(table, x), replaces: table }] }),
    ).toThrow('Result "y" of a plan has the rows of the batch; a state has none.');
  });

  it('indices beyond their table', () => {
    expect(() => compile(t.indexSelect(w, t.tensor([7], [1], 'i32')))).toThrow(
      'A plan needs indices of [0, 3), but a constant has 7.',
    );
    expect(() => compile(t.indexSelect(w, t.tensor([1, -7], [2], 'i32')))).toThrow('but a constant has -7.');
    const padded = t.pad(
      t.reshape(index, [5, 1]),
      [
        [0, 0],
        [0, 1],
      ],
      9,
    );
    expect(() => compile(t.indexSelect(w, padded))).toThrow('but a constant has 9.');
    expect(() => compile(t.indexSelect(w, t.sum(x, 1)))).toThrow('its index is of floats.');
  });

  it('more passes over the batch than there are counters for', () => {
    let y: t.Tensor = x;
    for (let pass = 0; pass < 245; pass += 1) y = t.subtract(y, t.sum(y, 0));
    expect(() => compile(y)).toThrow('A traced computation needs 246 passes over the batch; a plan has at most 240.');
  });
});

describe('the trace of a computation', () => {
  it('has its inputs in the order in which they were taken', () => {
    const { inputs } = trace(({ rows, whole }) => [t.add(rows([2]), whole([2]))], 4);
    expect(inputs.map(({ name, kind }) => [name, kind])).toEqual([
      ['input 0', 'rows'],
      ['input 1', 'whole'],
    ]);
  });
});
