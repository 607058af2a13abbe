/**
 * The program as plain JavaScript: int32 arithmetic where values fit, exact doubles up to 2^53 beyond.
 *
 * Doubles are exact for sums, products and divisions by powers of two of integers within 2^53, and `Math.floor` is
 * exact; so a right shift of a wide value is a division and a floor, and its low bits are what the floor took away.
 */
import { bare, bodyText, commentText, type Dialect, indexText } from './expressions.ts';
import type { ArrayId, ExportProgram, LayerCode, Loop, ProgramArray } from './program.ts';
import type { Range, ScalarOp } from './scalar.ts';

/** Words of plain JavaScript. */
export const JAVASCRIPT_WORD: { readonly limit: bigint; readonly text: string } = { limit: 1n << 53n, text: '53 bits' };

const isInt32 = ({ lo, hi }: Range): boolean => lo >= -(1n << 31n) && hi < 1n << 31n;

const signs = { add: '+', subtract: '-', lt: '<', le: '<=', eq: '===', ne: '!==' } as const;

const helpers: Readonly<Record<string, string>> = {
  lowWide: `// x modulo m, a power of two, from 0.
function lowWide(x, m) {
  return x - Math.floor(x / m) * m;
}`,
  signedWide: `// x modulo m, a power of two, from -m/2.
function signedWide(x, m) {
  var low = x - Math.floor(x / m) * m;
  return low < m / 2 ? low : low - m;
}`,
  bitsWide: `// A bitwise operation on integers beyond 32 bits, in halves.
function bitsWide(operation, x, y) {
  var xHigh = Math.floor(x / 4294967296);
  var yHigh = Math.floor(y / 4294967296);
  var high = operation === '&' ? xHigh & yHigh : operation === '|' ? xHigh | yHigh : xHigh ^ yHigh;
  var low = operation === '&' ? x & y : operation === '|' ? x | y : x ^ y;
  return high * 4294967296 + (low >>> 0);
}`,
};

const bitSigns = { and: '&', or: '|', xor: '^' } as const;

const dialect: Dialect = {
  constant: (value) => (value < 0n ? `(${value})` : String(value)),
  declare: (name, text) => `var ${name} = ${text};`,
  repeats: () => false,
  operation(op, [a, b, c], ranges, range) {
    const small = isInt32(range);
    switch (op.kind) {
      case 'add':
      case 'subtract':
        return small ? `((${a} ${signs[op.kind]} ${b}) | 0)` : `(${a} ${signs[op.kind]} ${b})`;
      case 'multiply':
        return small && ranges.every(isInt32) ? `Math.imul(${bare(a!)}, ${bare(b!)})` : `(${a} * ${b})`;
      case 'minimum':
        return `Math.min(${bare(a!)}, ${bare(b!)})`;
      case 'maximum':
        return `Math.max(${bare(a!)}, ${bare(b!)})`;
      case 'and':
      case 'or':
      case 'xor':
        return ranges.every(isInt32)
          ? `(${a} ${bitSigns[op.kind]} ${b})`
          : `bitsWide('${bitSigns[op.kind]}', ${a}, ${b})`;
      case 'lt':
      case 'le':
      case 'eq':
      case 'ne':
        return `(${a} ${signs[op.kind]} ${b} ? 1 : 0)`;
      case 'select':
        return `(${condition(a!)} ? ${b} : ${c})`;
      case 'shiftRight':
        return isInt32(ranges[0]!) ? `(${a} >> ${Math.min(op.bits, 31)})` : `Math.floor(${a} / ${2 ** op.bits})`;
      case 'lowBits':
        if (op.bits < 32) return `(${a} & ${2 ** op.bits - 1})`;
        return op.bits === 32 ? `(${a} >>> 0)` : `lowWide(${a}, ${2 ** op.bits})`;
      case 'signedBits':
        if (op.bits === 32) return `(${a} | 0)`;
        return op.bits < 32 ? `((${a} << ${32 - op.bits}) >> ${32 - op.bits})` : `signedWide(${a}, ${2 ** op.bits})`;
      default:
        throw new Error(`no operation: ${op.kind}`);
    }
  },
};

/** A comparison is written as a number; where it decides, its condition is enough. */
function condition(text: string): string {
  return /^\((\w+ [<=!]+ \w+) \? 1 : 0\)$/.exec(text)?.[1] ?? text;
}

/** The arrays and layer functions of a program, one function per layer called as `layers[name]`. */
export function javascriptCode(program: ExportProgram): { code: string; data: string; calls: readonly string[] } {
  const name = (array: ArrayId): string => program.arrays[array]!.name;
  const data = program.arrays
    .flatMap((array, k) => (program.used.has(k) ? [`var ${array.name} = ${arrayText(array)};`] : []))
    .join('\n');
  const withLookup: Dialect = {
    ...dialect,
    operation: (op: ScalarOp, operands, ranges, range) =>
      op.kind === 'lookup'
        ? `${name(op.array)}[${bare(operands[0]!)}]`
        : dialect.operation(op, operands, ranges, range),
  };
  const functions = program.layers.map((layer, k) => layerText(layer, `layer${k}`, name, withLookup));
  const body = functions.join('\n\n');
  const used = Object.entries(helpers).flatMap(([helper, text]) => (body.includes(`${helper}(`) ? [text] : []));
  return { code: [...used, body].join('\n\n'), data, calls: program.layers.map((_, k) => `layer${k}();`) };
}

function arrayText({ length, range, values }: ProgramArray): string {
  const type = isInt32(range) ? 'Int32Array' : 'Float64Array';
  return values === undefined ? `new ${type}(${length})` : `new ${type}([${values.join(',')}])`;
}

function layerText(layer: LayerCode, id: string, name: (array: ArrayId) => string, rules: Dialect): string {
  const loops = layer.loops.map((loop) => loopText(loop, name, rules));
  return `// Layer "${commentText(layer.name)}" (${layer.kind}).\nfunction ${id}() {\n${loops.join('\n')}\n}`;
}

function loopText(loop: Loop, name: (array: ArrayId) => string, rules: Dialect): string {
  const { target, position, count, reduction, operands, body } = loop;
  const lines: string[] = [];
  const k = count === 1 ? '0' : 'k';
  if (reduction !== undefined) {
    const { source, weights, start, term, step } = reduction;
    lines.push(`var sum = ${start === undefined ? '0' : `${name(start.array)}[${indexText(start.index, k, name)}]`};`);
    const inner = (element: string, weight: string): string[] => {
      const termText = bodyText(term, rules, [element, weight], (n) => `t${n}`);
      const stepText = bodyText(step, rules, ['sum', termText.result], (n) => `s${n}`);
      return [...termText.lines, ...stepText.lines, `sum = ${bare(stepText.result)};`].map((line) => `  ${line}`);
    };
    if (weights.kind === 'dense') {
      const { array, columns } = weights;
      lines.push(
        `for (var i = 0, row = ${k === '0' ? 0 : `k * ${columns}`}; i < ${columns}; i++) {`,
        ...inner(`${name(source)}[i]`, `${name(array)}[row + i]`),
        '}',
      );
    } else {
      const kernel = indexText(weights.kernels, k, name);
      lines.push(
        `var kernel = ${kernel};`,
        `var base = ${indexText(weights.bases, k, name)};`,
        `for (var i = ${name(weights.starts)}[kernel], end = ${name(weights.starts)}[kernel + 1]; i < end; i++) {`,
        ...inner(`${name(source)}[base + ${name(weights.offsets)}[i]]`, `${name(weights.weights)}[i]`),
        '}',
      );
    }
  }
  const texts = operands.map((operand) =>
    operand.kind === 'sum' ? 'sum' : `${name(operand.array)}[${indexText(operand.index, k, name)}]`,
  );
  const { lines: locals, result } = bodyText(body, rules, texts, (n) => `v${n}`);
  lines.push(...locals, `${name(target)}[${indexText(position, k, name)}] = ${bare(result)};`);
  if (count === 1) return lines.map((line) => `  ${line}`).join('\n');
  return [`  for (var k = 0; k < ${count}; k++) {`, ...lines.map((line) => `    ${line}`), '  }'].join('\n');
}
