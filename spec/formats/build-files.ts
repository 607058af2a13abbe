/** Small model files made in memory, so that the specs of importers need no files of others. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as h5wasm from 'h5wasm/node';
import { joinBytes, wireBytes, wireFloat, wireVarint } from '../../src/formats/protobuf-wire.ts';

/** An array to write: shape and values. */
export interface TestArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const count = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Make an array of distinct small values, exact in binary. */
export const ramp = (shape: readonly number[], start = 0): TestArray => ({
  shape,
  data: Array.from({ length: count(shape) }, (_, i) => (start + i - 2) / 8),
});

/** Write an HDF5 file with float datasets by path, text attributes by `path@name`, and return its bytes. */
export const buildHdf5 = async (
  datasets: Readonly<Record<string, TestArray>>,
  texts: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> => {
  await h5wasm.ready;
  const folder = mkdtempSync(join(tmpdir(), 'distill-h5-'));
  const path = join(folder, 'x.h5');
  const file = new h5wasm.File(path, 'w');
  const group = (parts: readonly string[]): InstanceType<typeof h5wasm.Group> => {
    let at: InstanceType<typeof h5wasm.Group> = file;
    for (const part of parts) {
      const child = at.keys().includes(part) ? at.get(part) : at.create_group(part);
      at = child as InstanceType<typeof h5wasm.Group>;
    }
    return at;
  };
  for (const [name, { shape, data }] of Object.entries(datasets)) {
    const parts = name.split('/');
    group(parts.slice(0, -1)).create_dataset({
      name: parts.at(-1) ?? '',
      data: [...data],
      shape: [...shape],
      dtype: '<f4',
    });
  }
  for (const [key, value] of Object.entries(texts)) {
    const [where, name] = key.split('@');
    group(where === '' ? [] : where.split('/')).create_attribute(name, value);
  }
  file.close();
  const bytes = readFileSync(path);
  rmSync(folder, { recursive: true });
  return bytes;
};

/** A node to write into an ONNX file; attributes are numbers (float if not whole), or lists of integers. */
export interface TestNode {
  readonly type: string;
  readonly name?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

const attributeBytes = (name: string, value: number | readonly number[]): Uint8Array => {
  if (typeof value !== 'number') {
    return wireBytes(5, [wireBytes(1, name), ...value.map((n) => wireVarint(8, n)), wireVarint(20, 7)]);
  }
  return Number.isInteger(value)
    ? wireBytes(5, [wireBytes(1, name), wireVarint(3, value), wireVarint(20, 2)])
    : wireBytes(5, [wireBytes(1, name), wireFloat(2, value), wireVarint(20, 1)]);
};

const valueBytes = (field: number, name: string, shape: readonly number[]): Uint8Array =>
  wireBytes(field, [
    wireBytes(1, name),
    wireBytes(2, [
      wireBytes(1, [
        wireVarint(1, 1),
        wireBytes(
          2,
          shape.map((n) => wireBytes(1, [wireVarint(1, n)])),
        ),
      ]),
    ]),
  ]);

/** Write an ONNX file of float tensors. */
export const buildOnnx = (model: {
  readonly nodes: readonly TestNode[];
  readonly constants: Readonly<Record<string, TestArray>>;
  readonly input: readonly [name: string, shape: readonly number[]];
  readonly output: string;
  readonly opset?: number;
}): Uint8Array => {
  const graph = [
    ...model.nodes.map((node) =>
      wireBytes(1, [
        ...node.inputs.map((name) => wireBytes(1, name)),
        ...node.outputs.map((name) => wireBytes(2, name)),
        wireBytes(3, node.name ?? ''),
        wireBytes(4, node.type),
        ...Object.entries(node.attributes ?? {}).map(([name, value]) => attributeBytes(name, value)),
      ]),
    ),
    wireBytes(2, 'tiny'),
    ...Object.entries(model.constants).map(([name, { shape, data }]) =>
      wireBytes(5, [
        ...shape.map((n) => wireVarint(1, n)),
        wireVarint(2, 1),
        wireBytes(8, name),
        wireBytes(9, new Uint8Array(Float32Array.from(data).buffer)),
      ]),
    ),
    valueBytes(11, ...model.input),
    valueBytes(12, model.output, []),
  ];
  return joinBytes([
    wireVarint(1, 8),
    wireBytes(7, graph),
    wireBytes(8, [wireBytes(1, ''), wireVarint(2, model.opset ?? 13)]),
  ]);
};
