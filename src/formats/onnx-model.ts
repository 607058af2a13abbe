/**
 * ONNX model files as plain data: the graph's nodes, constants, inputs and outputs.
 *
 * Field numbers follow onnx.proto3 (onnx/onnx, IR version 3 to 10). Control flow (graphs as attributes), strings,
 * sparse and external tensors are not read.
 */
import { FormatError, UnsupportedError } from '../errors.ts';
import { readPackedVarints, readWireFields, type WireField, type WireOrigin } from './protobuf-wire.ts';
import type { WeightArray } from './weights.ts';

/** The value of a node's attribute. */
export type OnnxAttribute = number | string | readonly number[] | WeightArray;

/** One node of the graph. */
export interface OnnxNode {
  /** Operator type, for example "Gemm". */
  readonly class: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output of the graph; an axis of unknown or symbolic length is undefined. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | undefined)[];
}

/** An ONNX model. */
export interface OnnxModel {
  readonly name: string;
  /** Version of the default operator set. */
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: ReadonlyMap<string, WeightArray>;
  /** Inputs that are not constants. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

interface Message {
  readonly fields: readonly WireField[];
  readonly origin: WireOrigin;
}

const messageOf = (bytes: Uint8Array, origin: WireOrigin): Message => ({
  fields: readWireFields(bytes, origin),
  origin,
});

const wrongType = (field: WireField, { source }: WireOrigin): FormatError =>
  new FormatError(`${source} is damaged at byte ${field.at}: field ${field.number} has wire type ${field.kind}.`);

const bytesOf = (field: WireField, origin: WireOrigin): Uint8Array => {
  if (field.kind !== 2) throw wrongType(field, origin);
  return field.value;
};

const all = ({ fields }: Message, number: number): readonly WireField[] =>
  fields.filter((field) => field.number === number);

const messages = (message: Message, number: number): readonly Message[] =>
  all(message, number).map((field) =>
    messageOf(bytesOf(field, message.origin), { source: message.origin.source, at: field.at }),
  );

const texts = (message: Message, number: number): readonly string[] =>
  all(message, number).map((field) => new TextDecoder().decode(bytesOf(field, message.origin)));

const integers = (message: Message, number: number): readonly bigint[] =>
  all(message, number).flatMap((field) =>
    field.kind === 0
      ? [BigInt.asIntN(64, field.value)]
      : readPackedVarints(bytesOf(field, message.origin), { source: message.origin.source, at: field.at }).map((v) =>
          BigInt.asIntN(64, v),
        ),
  );

const decodeFixed = (bytes: Uint8Array, size: 4 | 8): readonly number[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    size === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
  );
};

const floats = (message: Message, number: number, size: 4 | 8): readonly number[] =>
  all(message, number).flatMap((field) => {
    if (field.kind === 0) throw wrongType(field, message.origin);
    if (field.value.length % size !== 0) throw wrongType(field, message.origin);
    return decodeFixed(field.value, size);
  });

const halfToNumber = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
};

interface ElementType {
  readonly size: number;
  readonly read: (view: DataView, at: number) => number;
}

const elementTypes: Readonly<Record<number, ElementType>> = {
  1: { size: 4, read: (view, at) => view.getFloat32(at, true) },
  2: { size: 1, read: (view, at) => view.getUint8(at) },
  3: { size: 1, read: (view, at) => view.getInt8(at) },
  4: { size: 2, read: (view, at) => view.getUint16(at, true) },
  5: { size: 2, read: (view, at) => view.getInt16(at, true) },
  6: { size: 4, read: (view, at) => view.getInt32(at, true) },
  7: { size: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { size: 1, read: (view, at) => view.getUint8(at) },
  10: { size: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  11: { size: 8, read: (view, at) => view.getFloat64(at, true) },
  12: { size: 4, read: (view, at) => view.getUint32(at, true) },
  13: { size: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
};

const axisLength = (value: bigint, what: string, source: string): number => {
  const length = Number(value);
  if (!Number.isSafeInteger(length) || length < 0)
    throw new FormatError(`${source} gives ${what} an axis of length ${value}.`);
  return length;
};

const readTensor = (message: Message): WeightArray & { readonly name: string } => {
  const { source } = message.origin;
  const name = texts(message, 8).at(-1) ?? '';
  const what = `tensor "${name}"`;
  const shape = integers(message, 1).map((n) => axisLength(n, what, source));
  const type = Number(integers(message, 2).at(-1) ?? 0n);
  const element = elementTypes[type];
  if (Number(integers(message, 14).at(-1) ?? 0n) === 1) {
    throw new UnsupportedError(`${source} keeps ${what} in another file, but only data inside the model is supported.`);
  }
  if (element === undefined) {
    throw new UnsupportedError(
      `${source} has ${what} of ONNX data type ${type}, but only ${Object.keys(elementTypes).join(', ')} are supported.`,
    );
  }
  const raw = all(message, 9).at(-1);
  let data: readonly number[];
  if (raw !== undefined) {
    const bytes = bytesOf(raw, message.origin);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    data = Array.from({ length: Math.floor(bytes.length / element.size) }, (_, i) =>
      element.read(view, i * element.size),
    );
  } else {
    data = [...floats(message, 4, 4), ...floats(message, 10, 8)];
    if (data.length === 0) {
      const whole = [5, 7, 11].flatMap((number) => integers(message, number));
      data = whole.map((v) => (type === 10 ? halfToNumber(Number(v)) : Number(v)));
    }
  }
  const needed = shape.reduce((product, n) => product * n, 1);
  if (data.length !== needed) {
    throw new FormatError(`${source} gives ${what} the shape [${shape.join(', ')}], but ${data.length} values.`);
  }
  return { name, shape, data, origin: `${what} of ${source}` };
};

const readAttribute = (message: Message): readonly [string, OnnxAttribute] | undefined => {
  const name = texts(message, 1).at(-1) ?? '';
  const type = Number(integers(message, 20).at(-1) ?? 0n);
  const has = (number: number): boolean => all(message, number).length > 0;
  if (type === 1 || (type === 0 && has(2))) return [name, floats(message, 2, 4).at(-1) ?? 0];
  if (type === 2 || (type === 0 && has(3))) return [name, Number(integers(message, 3).at(-1) ?? 0n)];
  if (type === 3 || (type === 0 && has(4))) return [name, texts(message, 4).at(-1) ?? ''];
  if (type === 4 || (type === 0 && has(5))) {
    const [tensor] = messages(message, 5);
    return tensor === undefined ? undefined : [name, readTensor(tensor)];
  }
  if (type === 6 || (type === 0 && has(7))) return [name, floats(message, 7, 4)];
  if (type === 7 || (type === 0 && has(8))) return [name, integers(message, 8).map(Number)];
  return undefined;
};

const readNode = (message: Message): OnnxNode => ({
  class: texts(message, 4).at(-1) ?? '',
  name: texts(message, 3).at(-1) ?? '',
  inputs: texts(message, 1),
  outputs: texts(message, 2),
  attributes: Object.fromEntries(
    messages(message, 5)
      .map(readAttribute)
      .filter((entry) => entry !== undefined),
  ),
});

const readValue = (message: Message): OnnxValue => {
  const name = texts(message, 1).at(-1) ?? '';
  const dimensions = messages(message, 2)
    .flatMap((type) => messages(type, 1))
    .flatMap((tensor) => messages(tensor, 2))
    .flatMap((shape) => messages(shape, 1));
  const shape = dimensions.map((dimension) => {
    const value = integers(dimension, 1).at(-1);
    return value === undefined || value <= 0n ? undefined : axisLength(value, `value "${name}"`, message.origin.source);
  });
  return { name, shape };
};

/**
 * Read an ONNX model file.
 *
 * @param source name of the file, for messages
 * @throws FormatError with the byte position if the file is truncated or damaged; UnsupportedError for tensors kept
 *   outside the file or of an unknown element type.
 */
export const readOnnxModel = (bytes: Uint8Array, source: string): OnnxModel => {
  const model = messageOf(bytes, { source, at: 0 });
  const [graph] = messages(model, 7);
  if (graph === undefined) throw new FormatError(`${source} is not an ONNX model: it holds no graph.`);
  const opsets = messages(model, 8).map((message) => ({
    domain: texts(message, 1).at(-1) ?? '',
    version: Number(integers(message, 2).at(-1) ?? 0n),
  }));
  const opset = opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
  if (opset === undefined || opset < 1) {
    throw new FormatError(`${source} is not a whole ONNX model: it names no version of the standard operator set.`);
  }
  const nodes = messages(graph, 1).map(readNode);
  const constants = new Map(
    messages(graph, 5).map((message) => {
      const tensor = readTensor(message);
      return [tensor.name, tensor] as const;
    }),
  );
  return {
    name: texts(graph, 2).at(-1) ?? 'model',
    opset,
    nodes,
    constants,
    inputs: messages(graph, 11)
      .map(readValue)
      .filter(({ name }) => !constants.has(name)),
    outputs: messages(graph, 12).map(readValue),
  };
};
