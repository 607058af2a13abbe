/**
 * Yosys' word-level cells, one rule each.
 *
 * Operands are extended to the width that the cell computes in, by their sign where the cell says so; results are the low
 * bits. Source: "Internal cell library" of the Yosys manual.
 */
import { UnsupportedError } from '../../errors.ts';
import type { YosysCell } from '../../verilog/index.ts';
import {
  extendWord,
  invertWord,
  joinWords,
  naturalReading,
  readWords,
  sliceWord,
  widthOfWord,
  wordOf,
} from './bits.ts';
import type { Reading, Word } from './bits.ts';
import { opaqueWord } from './design-trace.ts';
import {
  addForms,
  andForms,
  isBit,
  isConstant,
  isLess,
  isZero,
  multiplyForms,
  notForm,
  orForms,
  selectForm,
  subtractForms,
  tableForm,
  xorForms,
} from './forms/index.ts';
import type { Form, FormStore } from './forms/index.ts';
import { flag, numberOf } from './yosys-values.ts';
import type { Memory } from './yosys-values.ts';

export interface CellContext {
  readonly store: FormStore;
  readonly settle: (form: Form, width: number) => Form;
  readonly cell: YosysCell;
  /** The word at a port. */
  readonly port: (name: string) => Word;
  readonly memories: ReadonlyMap<string, Memory>;
  /** Path of the cell, for names. */
  readonly where: string;
}

type Rule = (context: CellContext) => Word;

function outputWidth({ cell }: CellContext): number {
  return Number(numberOf(cell.parameters, 'Y_WIDTH'));
}

/** Read words in one cycle, compute, and keep `width` low bits. */
function operate(
  { store, settle }: CellContext,
  words: readonly (readonly [Word, Reading])[],
  width: number,
  compute: (...forms: Form[]) => Form,
): Word {
  const { forms, delay } = readWords(store, words);
  return wordOf(settle(compute(...forms), width), width, delay);
}

/** Both operands at a width, each extended by its own sign. */
function extended(context: CellContext, width: number): readonly [Word, Word] {
  const { store, cell, port } = context;
  return [
    extendWord(store, port('A'), width, flag(cell.parameters, 'A_SIGNED')),
    extendWord(store, port('B'), width, flag(cell.parameters, 'B_SIGNED')),
  ];
}

/** a + b and its like: modulo 2^width whatever the signs. */
function modular(compute: (store: FormStore, a: Form, b: Form) => Form): Rule {
  return (context) => {
    const width = outputWidth(context);
    const [a, b] = extended(context, width);
    return operate(
      context,
      [
        [a, 'modular'],
        [b, 'modular'],
      ],
      width,
      (p, q) => compute(context.store, p!, q!),
    );
  };
}

function bitwise(compute: (store: FormStore, a: Form, b: Form) => Form): Rule {
  return (context) => {
    const width = outputWidth(context);
    const [a, b] = extended(context, width);
    const reading = naturalReading([a, b]);
    return operate(
      context,
      [
        [a, reading],
        [b, reading],
      ],
      width,
      (p, q) => compute(context.store, p!, q!),
    );
  };
}

/** One bit in the width that the cell asks for. */
function asResult(context: CellContext, bit: Word): Word {
  return extendWord(context.store, bit, outputWidth(context), false);
}

/** Comparisons: signed if both operands are. */
function comparison(compute: (store: FormStore, a: Form, b: Form) => Form): Rule {
  return (context) => {
    const { store, cell, port } = context;
    const isSigned = flag(cell.parameters, 'A_SIGNED') && flag(cell.parameters, 'B_SIGNED');
    const width = Math.max(widthOfWord(port('A')), widthOfWord(port('B')));
    const reading: Reading = isSigned ? 'signed' : 'unsigned';
    const bit = operate(
      context,
      [
        [extendWord(store, port('A'), width, isSigned), reading],
        [extendWord(store, port('B'), width, isSigned), reading],
      ],
      1,
      (p, q) => compute(store, p!, q!),
    );
    return asResult(context, bit);
  };
}

/** A test of one word. */
function test(word: (context: CellContext) => Word, compute: (store: FormStore, form: Form) => Form): Rule {
  return (context) => {
    const operand = word(context);
    const bit = operate(context, [[operand, naturalReading([operand])]], 1, (form) => compute(context.store, form!));
    return asResult(context, bit);
  };
}

const wordA = ({ port }: CellContext): Word => port('A');

function isSet(store: FormStore, form: Form): Form {
  return isBit(form) ? form : notForm(store, isZero(store, form));
}

function logic(compute: (store: FormStore, a: Form, b: Form) => Form): Rule {
  return (context) => {
    const { store, port } = context;
    const [a, b] = [port('A'), port('B')];
    const bit = operate(
      context,
      [
        [a, naturalReading([a])],
        [b, naturalReading([b])],
      ],
      1,
      (p, q) => compute(store, isSet(store, p!), isSet(store, q!)),
    );
    return asResult(context, bit);
  };
}

/** Shifts by a number that is the same for all inputs. */
function shift(places: (amount: number) => number, arithmetic: boolean): Rule {
  return (context) => {
    const { store, cell, port, where } = context;
    const { forms } = readWords(store, [[port('B'), 'unsigned']]);
    if (!isConstant(forms[0]!)) {
      throw new UnsupportedError(`Cell "${where}" shifts by a value that varies; only shifts by constants are read.`);
    }
    const left = places(Number(forms[0]!.constant));
    const width = outputWidth(context);
    const isSigned = flag(cell.parameters, 'A_SIGNED');
    const a = port('A');
    // The operand has the width of the result before it is shifted; what comes in above that is another matter.
    const own = Math.max(width, widthOfWord(a));
    const word = extendWord(store, extendWord(store, a, own, isSigned), own + Math.abs(left), isSigned && arithmetic);
    if (left < 0) return sliceWord(word, -left, width);
    const zeros = left === 0 ? [] : [wordOf(store.constant(0n), left, undefined)];
    return sliceWord(joinWords(store, [...zeros, word]), 0, width);
  };
}

/** The word `a` where a bit is 1, else `b`. */
export function selectWords(context: CellContext, bit: Word, a: Word, b: Word): Word {
  const reading = naturalReading([a, b]);
  return operate(
    context,
    [
      [bit, 'unsigned'],
      [a, reading],
      [b, reading],
    ],
    widthOfWord(a),
    (condition, p, q) => selectForm(context.store, condition!, p!, q!),
  );
}

/** All bits, one after the other. */
function reduced(compute: (store: FormStore, a: Form, b: Form) => Form): Rule {
  return (context) => {
    const { store, port } = context;
    const a = port('A');
    const bits = Array.from({ length: widthOfWord(a) }, (_, k) => [sliceWord(a, k, 1), 'unsigned'] as const);
    const bit = operate(context, bits, 1, (...forms) => forms.reduce((p, q) => compute(store, p, q)));
    return asResult(context, bit);
  };
}

/** A read from a memory: a table where nothing writes it, else something unknown. */
function readMemory(context: CellContext): Word {
  const { store, cell, port, memories, where } = context;
  if (flag(cell.parameters, 'CLK_ENABLE')) {
    throw new UnsupportedError(
      `Cell "${where}" reads its memory at a clock edge; only reads without a clock are read.`,
    );
  }
  const memory = memories.get(String(cell.parameters['MEMID']));
  const width = Number(numberOf(cell.parameters, 'WIDTH'));
  if (memory?.isWritten === true) return opaqueWord(store, `${where} of a memory that is written`, width);
  const address = port('ADDR');
  const count = 2 ** widthOfWord(address);
  const words = Array.from({ length: count }, (_, k) => memory?.words[k]);
  if (words.includes(undefined)) return opaqueWord(store, `${where} with entries that are not given`, width);
  return operate(context, [[address, 'unsigned']], width, (form) => tableForm(store, form!, 0n, words as bigint[]));
}

/** Rules by cell type; the result stands at Y, or at DATA for a memory. */
export const cellRules: Readonly<Record<string, Rule>> = {
  $add: modular((store, a, b) => addForms(store, a, b)),
  $sub: modular(subtractForms),
  $neg: (context) => {
    const { store, cell, port } = context;
    const width = outputWidth(context);
    const a = extendWord(store, port('A'), width, flag(cell.parameters, 'A_SIGNED'));
    return operate(context, [[a, 'modular']], width, (form) => subtractForms(store, store.constant(0n), form!));
  },
  $pos: (context) => {
    const { store, cell, port } = context;
    return extendWord(store, port('A'), outputWidth(context), flag(cell.parameters, 'A_SIGNED'));
  },
  $mul: (context) => {
    const { store, cell, port } = context;
    const isSigned = flag(cell.parameters, 'A_SIGNED') && flag(cell.parameters, 'B_SIGNED');
    const reading: Reading = isSigned ? 'signed' : 'unsigned';
    const words = [port('A'), port('B')].map((word) => [word, reading] as const);
    return operate(context, words, outputWidth(context), (a, b) => multiplyForms(store, a!, b!));
  },
  $not: (context) => {
    const { store, cell, port } = context;
    const a = extendWord(store, port('A'), outputWidth(context), flag(cell.parameters, 'A_SIGNED'));
    return invertWord(store, a);
  },
  $and: bitwise(andForms),
  $or: bitwise(orForms),
  $xor: bitwise(xorForms),
  $xnor: (context) => invertWord(context.store, bitwise(xorForms)(context)),
  $eq: comparison((store, a, b) => isZero(store, subtractForms(store, a, b))),
  $ne: comparison((store, a, b) => notForm(store, isZero(store, subtractForms(store, a, b)))),
  $lt: comparison(isLess),
  $le: comparison((store, a, b) => notForm(store, isLess(store, b, a))),
  $gt: comparison((store, a, b) => isLess(store, b, a)),
  $ge: comparison((store, a, b) => notForm(store, isLess(store, a, b))),
  $logic_not: test(wordA, (store, form) => notForm(store, isSet(store, form))),
  $reduce_or: test(wordA, isSet),
  $reduce_bool: test(wordA, isSet),
  $reduce_and: reduced(andForms),
  $reduce_xor: reduced(xorForms),
  $reduce_xnor: (context) => {
    const bit = reduced(xorForms)(context);
    return asResult(context, invertWord(context.store, sliceWord(bit, 0, 1)));
  },
  $logic_and: logic(andForms),
  $logic_or: logic(orForms),
  $mux: (context) => selectWords(context, context.port('S'), context.port('B'), context.port('A')),
  $pmux: (context) => {
    const { port } = context;
    const choices = port('S');
    const width = widthOfWord(port('A'));
    let result = port('A');
    for (let k = widthOfWord(choices) - 1; k >= 0; k--) {
      result = selectWords(context, sliceWord(choices, k, 1), sliceWord(port('B'), k * width, width), result);
    }
    return result;
  },
  $shl: shift((amount) => amount, false),
  $sshl: shift((amount) => amount, false),
  $shr: shift((amount) => -amount, false),
  $sshr: shift((amount) => -amount, true),
  $memrd: readMemory,
  $memrd_v2: readMemory,
};
