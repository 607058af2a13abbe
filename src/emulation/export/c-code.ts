/**
 * The program as C99 without heap and library: one static function per layer, weights in the smallest integer type.
 *
 * Nothing is left to the compiler's choice: the intervals keep every operation from overflowing, right shifts of
 * negative values go through `sar32` and `sar64`, left shifts are multiplications. `int` must have 32 bits or more.
 */
import { bare, bodyText, commentText, type Dialect, indexText } from './expressions.ts';
import type { ArrayId, ExportProgram, LayerCode, Loop } from './program.ts';
import type { Range, ScalarOp } from './scalar.ts';

/** Words of C. */
export const C_WORD: { readonly limit: bigint; readonly text: string } = { limit: (1n << 63n) - 1n, text: '64 bits' };

const storages = [
  ['int8_t', -(1n << 7n), (1n << 7n) - 1n],
  ['uint8_t', 0n, (1n << 8n) - 1n],
  ['int16_t', -(1n << 15n), (1n << 15n) - 1n],
  ['uint16_t', 0n, (1n << 16n) - 1n],
  ['int32_t', -(1n << 31n), (1n << 31n) - 1n],
] as const;

const isInt32 = ({ lo, hi }: Range): boolean => lo >= -(1n << 31n) && hi < 1n << 31n;
const wordType = (range: Range): string => (isInt32(range) ? 'int32_t' : 'int64_t');

/** The smallest type for the elements of an array. */
export function storageType({ lo, hi }: Range): string {
  return storages.find(([, least, most]) => lo >= least && hi <= most)?.[0] ?? 'int64_t';
}

const signs = {
  add: '+',
  subtract: '-',
  multiply: '*',
  and: '&',
  or: '|',
  xor: '^',
  lt: '<',
  le: '<=',
  eq: '==',
  ne: '!=',
} as const;

/** Write an integer constant of the word that holds it. */
export function cConstant(value: bigint): string {
  if (!isInt32({ lo: value, hi: value })) return value < 0n ? `(-INT64_C(${-value}))` : `INT64_C(${value})`;
  if (value === -(1n << 31n)) return '(-2147483647 - 1)';
  return value < 0n ? `(${value})` : String(value);
}

const dialect: Dialect = {
  constant: cConstant,
  declare: (name, text, range) => `const ${wordType(range)} ${name} = ${text};`,
  repeats: (op) => op.kind === 'minimum' || op.kind === 'maximum',
  operation(op, [a, b, c], ranges, range) {
    const wideOperand = ranges.some((operand) => !isInt32(operand));
    const narrowed = (text: string): string => (wideOperand && isInt32(range) ? `(int32_t)${text}` : text);
    // The usual conversions widen the second operand with the first.
    const left = !wideOperand && !isInt32(range) ? `(int64_t)${a}` : a;
    switch (op.kind) {
      case 'add':
      case 'subtract':
      case 'multiply':
      case 'and':
      case 'or':
      case 'xor':
        return narrowed(`(${left} ${signs[op.kind]} ${b})`);
      case 'lt':
      case 'le':
      case 'eq':
      case 'ne':
        return `(${a} ${signs[op.kind]} ${b})`;
      case 'minimum':
        return narrowed(`(${a} < ${b} ? ${a} : ${b})`);
      case 'maximum':
        return narrowed(`(${a} > ${b} ? ${a} : ${b})`);
      case 'select':
        return narrowed(`(${a} ? ${b} : ${c})`);
      case 'shiftRight': {
        const bits = Math.min(op.bits, wideOperand ? 63 : 31);
        if (ranges[0]!.lo >= 0n) return narrowed(`(${a} >> ${bits})`);
        return narrowed(`${wideOperand ? 'sar64' : 'sar32'}(${bare(a!)}, ${bits})`);
      }
      case 'lowBits':
        return narrowed(`(${left} & ${cConstant((1n << BigInt(op.bits)) - 1n)})`);
      case 'signedBits': {
        const mask = cConstant((1n << BigInt(op.bits)) - 1n);
        const sign = cConstant(1n << BigInt(op.bits - 1));
        return narrowed(`(((${a} & ${mask}) ^ ${sign}) - ${sign})`);
      }
      default:
        throw new Error(`no operation: ${op.kind}`);
    }
  },
};

const helpers: Readonly<Record<string, string>> = {
  sar32: `/* floor(x / 2^bits); C leaves the right shift of negative values to the compiler. */
static int32_t sar32(int32_t x, int bits) {
  return x < 0 ? ~(~x >> bits) : x >> bits;
}`,
  sar64: `/* floor(x / 2^bits). */
static int64_t sar64(int64_t x, int bits) {
  return x < 0 ? ~(~x >> bits) : x >> bits;
}`,
};

/** The constant arrays and layer functions of a program, and the calls that run them. */
export function cCode(program: ExportProgram): { data: string; functions: string; locals: string[]; calls: string[] } {
  const { arrays } = program;
  const name = (array: ArrayId): string => arrays[array]!.name;
  const data = arrays
    .flatMap(({ name: own, length, range, values }, array) =>
      values === undefined || !program.used.has(array)
        ? []
        : [`static const ${storageType(range)} ${own}[${length}] = {\n${wrapped(values)}\n};`],
    )
    .join('\n');
  const declaration = (array: ArrayId): string =>
    `${storageType(arrays[array]!.range)} ${name(array)}[${arrays[array]!.length}];`;
  const rangeOf = (array: ArrayId): Range => arrays[array]!.range;
  const functions = program.layers.map((layer, k) => layerText(layer, k, name, rangeOf, declaration)).join('\n\n');
  const used = Object.entries(helpers).flatMap(([helper, text]) => (functions.includes(`${helper}(`) ? [text] : []));
  const inputs = program.inputs.map((port) => port.array).filter((array) => program.used.has(array));
  const shared = new Set([...inputs, ...program.layers.flatMap((layer) => layer.outputs)]);
  return {
    data,
    functions: [...used, functions].join('\n\n'),
    locals: [...shared].map(declaration),
    calls: program.layers.map((layer, k) => `layer${k}(${[...layer.inputs, ...layer.outputs].map(name).join(', ')});`),
  };
}

/** Values in lines of about 100 characters. */
function wrapped(values: readonly bigint[]): string {
  const lines: string[] = [];
  let line = ' ';
  for (const value of values) {
    const text = ` ${value === -(1n << 31n) ? '(-2147483647 - 1)' : isInt32({ lo: value, hi: value }) ? value : cConstant(value)},`;
    if (line.length + text.length > 100) {
      lines.push(line);
      line = ' ';
    }
    line += text;
  }
  return [...lines, line].join('\n');
}

function layerText(
  layer: LayerCode,
  number: number,
  name: (array: ArrayId) => string,
  rangeOf: (array: ArrayId) => Range,
  declaration: (array: ArrayId) => string,
): string {
  const inputs = layer.inputs.map((array) => `const ${storageType(rangeOf(array))} *${name(array)}`);
  const outputs = layer.outputs.map((array) => `${storageType(rangeOf(array))} *${name(array)}`);
  const lines = [
    ...layer.scratch.map((array) => `  ${declaration(array)}`),
    '  int k;',
    ...layer.loops.map((loop) => loopText(loop, name, rangeOf)),
  ];
  const text = lines.join('\n');
  const counter = text.includes('for (k') ? text : text.replace('  int k;\n', '');
  return [
    `/* Layer "${commentText(layer.name)}" (${commentText(layer.kind)}). */`,
    `static void layer${number}(${[...inputs, ...outputs].join(', ')}) {`,
    counter,
    '}',
  ].join('\n');
}

function loopText(loop: Loop, name: (array: ArrayId) => string, rangeOf: (array: ArrayId) => Range): string {
  const { target, position, count, reduction, operands, body } = loop;
  const k = count === 1 ? '0' : 'k';
  const lookup: Dialect = {
    ...dialect,
    operation: (op: ScalarOp, texts, ranges, range) =>
      op.kind === 'lookup'
        ? narrowedRead(`${name(op.array)}[${bare(texts[0]!)}]`, rangeOf(op.array), range)
        : dialect.operation(op, texts, ranges, range),
  };
  const operandRange = (index: number): Range => {
    const at = body.ops.findIndex((op) => op.kind === 'operand' && op.index === index);
    return at < 0 ? { lo: 0n, hi: 0n } : body.ranges[at]!;
  };
  const lines: string[] = [];
  if (reduction !== undefined) {
    const { source, weights, start, term, step, range } = reduction;
    lines.push(
      `${wordType(range)} sum = ${start === undefined ? '0' : `${name(start.array)}[${indexText(start.index, k, name)}]`};`,
      'int i;',
    );
    const inner = (element: string, weight: string): string[] => {
      const read = (array: ArrayId, text: string, index: number): string => {
        const at = term.ops.findIndex((op) => op.kind === 'operand' && op.index === index);
        return at < 0 ? text : narrowedRead(text, rangeOf(array), term.ranges[at]!);
      };
      const weightArray = weights.kind === 'dense' ? weights.array : weights.weights;
      const termText = bodyText(term, lookup, [read(source, element, 0), read(weightArray, weight, 1)], (n) => `t${n}`);
      const stepText = bodyText(step, lookup, ['sum', termText.result], (n) => `s${n}`);
      return [...termText.lines, ...stepText.lines, `sum = ${bare(stepText.result)};`].map((line) => `  ${line}`);
    };
    if (weights.kind === 'dense') {
      const { array, columns } = weights;
      lines.push(
        `const ${storageType(rangeOf(array))} *w = ${name(array)}${k === '0' ? '' : ` + k * ${columns}`};`,
        `for (i = 0; i < ${columns}; i++) {`,
        ...inner(`${name(source)}[i]`, 'w[i]'),
        '}',
      );
    } else {
      lines.push(
        `const int kernel = ${indexText(weights.kernels, k, name)};`,
        `const int base = ${indexText(weights.bases, k, name)};`,
        `for (i = ${name(weights.starts)}[kernel]; i < ${name(weights.starts)}[kernel + 1]; i++) {`,
        ...inner(`${name(source)}[base + ${name(weights.offsets)}[i]]`, `${name(weights.weights)}[i]`),
        '}',
      );
    }
  }
  const texts = operands.map((operand, index) =>
    operand.kind === 'sum'
      ? narrowedRead('sum', reduction!.range, operandRange(index))
      : narrowedRead(
          `${name(operand.array)}[${indexText(operand.index, k, name)}]`,
          rangeOf(operand.array),
          operandRange(index),
        ),
  );
  const { lines: locals, result } = bodyText(body, lookup, texts, (n) => `v${n}`);
  const storing = `${name(target)}[${indexText(position, k, name)}] = ${stored(storageType(rangeOf(target)), result)};`;
  const inside = [...lines, ...locals, storing].map((line) => `    ${line}`);
  return [count === 1 ? '  {' : `  for (k = 0; k < ${count}; k++) {`, ...inside, '  }'].join('\n');
}

const stored = (type: string, text: string): string => (type === 'int64_t' ? bare(text) : `(${type})${text}`);

/** Read from a wider word what is known to fit a narrower one. */
function narrowedRead(text: string, stored: Range, known: Range): string {
  return !isInt32(stored) && isInt32(known) ? `(int32_t)${text}` : text;
}
