/**
 * Vector instructions of WebAssembly (128 bits), as typed functions: `i32x4.add(code)` writes `i32x4.add`.
 *
 * Names are those of the specification in camel case. There is no minimum or maximum of i64x2.
 * Source: WebAssembly Core Specification 2.0, section 5.4.8; for `relaxedMadd` 3.0, relaxed vector instructions.
 */
import type { Code, ValueType } from './code.ts';
import { VECTOR, family, lane, memory, memoryLane, plain } from './instruction.ts';
import type { Instruction, LaneInstruction, MemoryInstruction, MemoryLaneInstruction } from './instruction.ts';

type Family<K extends string> = Readonly<Record<K, Instruction>>;

const V: readonly ValueType[] = ['v128'];
const VV: readonly ValueType[] = ['v128', 'v128'];
const VI: readonly ValueType[] = ['v128', 'i32'];

function opcodes<K extends string>(numbers: Readonly<Record<K, number>>): Record<K, number> {
  const entries = Object.entries<number>(numbers).map(([name, number]) => [name, VECTOR + number]);
  return Object.fromEntries(entries) as Record<K, number>;
}

/** Operations on all 128 bits, whatever the lanes. */
export const v128: Family<'not' | 'and' | 'andnot' | 'or' | 'xor' | 'bitselect' | 'anyTrue'> & {
  readonly load: MemoryInstruction;
  readonly store: MemoryInstruction;
  readonly load32Splat: MemoryInstruction;
  readonly load64Splat: MemoryInstruction;
  readonly load32Zero: MemoryInstruction;
  readonly load64Zero: MemoryInstruction;
  readonly load32Lane: MemoryLaneInstruction;
  readonly load64Lane: MemoryLaneInstruction;
  readonly store32Lane: MemoryLaneInstruction;
  readonly store64Lane: MemoryLaneInstruction;
  /** Push 16 bytes. */
  readonly const: (code: Code, bytes: ArrayLike<number>) => void;
  /** Choose 16 bytes from the 32 of both operands. */
  readonly shuffle: (code: Code, lanes: readonly number[]) => void;
} = {
  /** `andnot` is a & ~b; `bitselect` takes a, b, mask and gives a where the mask is set. */
  ...family('v128', opcodes({ and: 0x4e, andnot: 0x4f, or: 0x50, xor: 0x51 }), VV, V),
  not: plain('v128.not', VECTOR + 0x4d, V, V),
  bitselect: plain('v128.bitselect', VECTOR + 0x52, ['v128', 'v128', 'v128'], V),
  anyTrue: plain('v128.any_true', VECTOR + 0x53, V, ['i32']),
  load: memory('v128.load', VECTOR + 0x00, 4, ['i32'], V),
  store: memory('v128.store', VECTOR + 0x0b, 4, ['i32', 'v128'], []),
  load32Splat: memory('v128.load32_splat', VECTOR + 0x09, 2, ['i32'], V),
  load64Splat: memory('v128.load64_splat', VECTOR + 0x0a, 3, ['i32'], V),
  load32Zero: memory('v128.load32_zero', VECTOR + 0x5c, 2, ['i32'], V),
  load64Zero: memory('v128.load64_zero', VECTOR + 0x5d, 3, ['i32'], V),
  load32Lane: memoryLane('v128.load32_lane', VECTOR + 0x56, 2, V),
  load64Lane: memoryLane('v128.load64_lane', VECTOR + 0x57, 3, V),
  store32Lane: memoryLane('v128.store32_lane', VECTOR + 0x5a, 2, []),
  store64Lane: memoryLane('v128.store64_lane', VECTOR + 0x5b, 3, []),
  const: (code, bytes) => {
    if (bytes.length !== 16) throw new RangeError(`wasm v128.const takes 16 bytes, not ${bytes.length}.`);
    code.effect('v128.const', [], V);
    code.writer.byte(0xfd);
    code.writer.unsigned(0x0c);
    code.writer.bytes(bytes);
  },
  shuffle: (code, lanes) => {
    if (lanes.length !== 16 || lanes.some((index) => !(index >= 0 && index < 32))) {
      throw new RangeError(`wasm i8x16.shuffle takes 16 byte indices 0 to 31, not ${lanes.join(' ')}.`);
    }
    code.effect('i8x16.shuffle', VV, V);
    code.writer.byte(0xfd);
    code.writer.unsigned(0x0d);
    code.writer.bytes(lanes);
  },
};

/** Eight 16-bit integers; comparisons give all ones or zero per lane. */
export const i16x8: Family<
  | 'narrowI32x4S'
  | 'narrowI32x4U'
  | 'add'
  | 'addSatS'
  | 'addSatU'
  | 'sub'
  | 'subSatS'
  | 'subSatU'
  | 'mul'
  | 'q15mulrSatS'
  | 'minS'
  | 'minU'
  | 'maxS'
  | 'maxU'
  | 'avgrU'
  | 'eq'
  | 'ne'
  | 'ltS'
  | 'ltU'
  | 'gtS'
  | 'gtU'
  | 'leS'
  | 'leU'
  | 'geS'
  | 'geU'
  | 'abs'
  | 'neg'
  | 'shl'
  | 'shrS'
  | 'shrU'
> = {
  ...family(
    'i16x8',
    opcodes({
      narrowI32x4S: 0x85,
      narrowI32x4U: 0x86,
      add: 0x8e,
      addSatS: 0x8f,
      addSatU: 0x90,
      sub: 0x91,
      subSatS: 0x92,
      subSatU: 0x93,
      mul: 0x95,
      q15mulrSatS: 0x82,
      minS: 0x96,
      minU: 0x97,
      maxS: 0x98,
      maxU: 0x99,
      avgrU: 0x9b,
      eq: 0x2d,
      ne: 0x2e,
      ltS: 0x2f,
      ltU: 0x30,
      gtS: 0x31,
      gtU: 0x32,
      leS: 0x33,
      leU: 0x34,
      geS: 0x35,
      geU: 0x36,
    }),
    VV,
    V,
  ),
  ...family('i16x8', opcodes({ abs: 0x80, neg: 0x81 }), V, V),
  ...family('i16x8', opcodes({ shl: 0x8b, shrS: 0x8c, shrU: 0x8d }), VI, V),
};

/** Four 32-bit integers; comparisons give all ones or zero per lane. */
export const i32x4: Family<
  | 'add'
  | 'sub'
  | 'mul'
  | 'minS'
  | 'minU'
  | 'maxS'
  | 'maxU'
  | 'eq'
  | 'ne'
  | 'ltS'
  | 'ltU'
  | 'gtS'
  | 'gtU'
  | 'leS'
  | 'leU'
  | 'geS'
  | 'geU'
  | 'abs'
  | 'neg'
  | 'shl'
  | 'shrS'
  | 'shrU'
  | 'splat'
  | 'allTrue'
  | 'bitmask'
  | 'truncSatF32x4S'
  | 'dotI16x8S'
  | 'extmulLowI16x8S'
  | 'extmulHighI16x8S'
  | 'extmulLowI16x8U'
  | 'extmulHighI16x8U'
  | 'extendLowI16x8S'
  | 'extendHighI16x8S'
  | 'extendLowI16x8U'
  | 'extendHighI16x8U'
  | 'extaddPairwiseI16x8S'
  | 'extaddPairwiseI16x8U'
> & { readonly extractLane: LaneInstruction; readonly replaceLane: LaneInstruction } = {
  ...family(
    'i32x4',
    opcodes({
      add: 0xae,
      sub: 0xb1,
      mul: 0xb5,
      minS: 0xb6,
      minU: 0xb7,
      maxS: 0xb8,
      maxU: 0xb9,
      eq: 0x37,
      ne: 0x38,
      ltS: 0x39,
      ltU: 0x3a,
      gtS: 0x3b,
      gtU: 0x3c,
      leS: 0x3d,
      leU: 0x3e,
      geS: 0x3f,
      geU: 0x40,
      dotI16x8S: 0xba,
      extmulLowI16x8S: 0xbc,
      extmulHighI16x8S: 0xbd,
      extmulLowI16x8U: 0xbe,
      extmulHighI16x8U: 0xbf,
    }),
    VV,
    V,
  ),
  ...family(
    'i32x4',
    opcodes({
      abs: 0xa0,
      neg: 0xa1,
      truncSatF32x4S: 0xf8,
      extaddPairwiseI16x8S: 0x7e,
      extaddPairwiseI16x8U: 0x7f,
      extendLowI16x8S: 0xa7,
      extendHighI16x8S: 0xa8,
      extendLowI16x8U: 0xa9,
      extendHighI16x8U: 0xaa,
    }),
    V,
    V,
  ),
  ...family('i32x4', opcodes({ shl: 0xab, shrS: 0xac, shrU: 0xad }), VI, V),
  ...family('i32x4', opcodes({ allTrue: 0xa3, bitmask: 0xa4 }), V, ['i32']),
  splat: plain('i32x4.splat', VECTOR + 0x11, ['i32'], V),
  extractLane: lane('i32x4.extract_lane', VECTOR + 0x1b, 4, V, ['i32']),
  replaceLane: lane('i32x4.replace_lane', VECTOR + 0x1c, 4, VI, V),
};

/** Two 64-bit integers; comparisons give all ones or zero per lane. */
export const i64x2: Family<
  | 'add'
  | 'sub'
  | 'mul'
  | 'eq'
  | 'ne'
  | 'ltS'
  | 'gtS'
  | 'leS'
  | 'geS'
  | 'extmulLowI32x4S'
  | 'extmulHighI32x4S'
  | 'extmulLowI32x4U'
  | 'extmulHighI32x4U'
  | 'abs'
  | 'neg'
  | 'extendLowI32x4S'
  | 'extendHighI32x4S'
  | 'extendLowI32x4U'
  | 'extendHighI32x4U'
  | 'shl'
  | 'shrS'
  | 'shrU'
  | 'splat'
  | 'allTrue'
  | 'bitmask'
> & { readonly extractLane: LaneInstruction; readonly replaceLane: LaneInstruction } = {
  ...family(
    'i64x2',
    opcodes({
      add: 0xce,
      sub: 0xd1,
      mul: 0xd5,
      eq: 0xd6,
      ne: 0xd7,
      ltS: 0xd8,
      gtS: 0xd9,
      leS: 0xda,
      geS: 0xdb,
      extmulLowI32x4S: 0xdc,
      extmulHighI32x4S: 0xdd,
      extmulLowI32x4U: 0xde,
      extmulHighI32x4U: 0xdf,
    }),
    VV,
    V,
  ),
  ...family(
    'i64x2',
    opcodes({
      abs: 0xc0,
      neg: 0xc1,
      extendLowI32x4S: 0xc7,
      extendHighI32x4S: 0xc8,
      extendLowI32x4U: 0xc9,
      extendHighI32x4U: 0xca,
    }),
    V,
    V,
  ),
  ...family('i64x2', opcodes({ shl: 0xcb, shrS: 0xcc, shrU: 0xcd }), VI, V),
  ...family('i64x2', opcodes({ allTrue: 0xc3, bitmask: 0xc4 }), V, ['i32']),
  splat: plain('i64x2.splat', VECTOR + 0x12, ['i64'], V),
  extractLane: lane('i64x2.extract_lane', VECTOR + 0x1d, 2, V, ['i64']),
  replaceLane: lane('i64x2.replace_lane', VECTOR + 0x1e, 2, ['v128', 'i64'], V),
};

/** Four single precision numbers; comparisons give all ones or zero per lane. */
export const f32x4: Family<
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'min'
  | 'max'
  | 'pmin'
  | 'pmax'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'gt'
  | 'le'
  | 'ge'
  | 'abs'
  | 'neg'
  | 'sqrt'
  | 'ceil'
  | 'floor'
  | 'trunc'
  | 'nearest'
  | 'convertI32x4S'
  | 'demoteF64x2Zero'
  | 'splat'
  | 'relaxedMadd'
> & { readonly extractLane: LaneInstruction; readonly replaceLane: LaneInstruction } = {
  ...family(
    'f32x4',
    opcodes({
      add: 0xe4,
      sub: 0xe5,
      mul: 0xe6,
      div: 0xe7,
      min: 0xe8,
      max: 0xe9,
      pmin: 0xea,
      pmax: 0xeb,
      eq: 0x41,
      ne: 0x42,
      lt: 0x43,
      gt: 0x44,
      le: 0x45,
      ge: 0x46,
    }),
    VV,
    V,
  ),
  ...family(
    'f32x4',
    opcodes({
      abs: 0xe0,
      neg: 0xe1,
      sqrt: 0xe3,
      ceil: 0x67,
      floor: 0x68,
      trunc: 0x69,
      nearest: 0x6a,
      convertI32x4S: 0xfa,
      demoteF64x2Zero: 0x5e,
    }),
    V,
    V,
  ),
  splat: plain('f32x4.splat', VECTOR + 0x13, ['f32'], V),
  /** a · b + c with one rounding or two, as the machine prefers; not every engine has it (relaxed SIMD). */
  relaxedMadd: plain('f32x4.relaxed_madd', VECTOR + 0x105, ['v128', 'v128', 'v128'], V),
  extractLane: lane('f32x4.extract_lane', VECTOR + 0x1f, 4, V, ['f32']),
  replaceLane: lane('f32x4.replace_lane', VECTOR + 0x20, 4, ['v128', 'f32'], V),
};

/** Two double precision numbers; comparisons give all ones or zero per lane. */
export const f64x2: Family<
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'min'
  | 'max'
  | 'pmin'
  | 'pmax'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'gt'
  | 'le'
  | 'ge'
  | 'abs'
  | 'neg'
  | 'sqrt'
  | 'ceil'
  | 'floor'
  | 'trunc'
  | 'nearest'
  | 'convertLowI32x4S'
  | 'promoteLowF32x4'
  | 'splat'
> & {
  readonly extractLane: LaneInstruction;
  readonly replaceLane: LaneInstruction;
} = {
  ...family(
    'f64x2',
    opcodes({
      add: 0xf0,
      sub: 0xf1,
      mul: 0xf2,
      div: 0xf3,
      min: 0xf4,
      max: 0xf5,
      pmin: 0xf6,
      pmax: 0xf7,
      eq: 0x47,
      ne: 0x48,
      lt: 0x49,
      gt: 0x4a,
      le: 0x4b,
      ge: 0x4c,
    }),
    VV,
    V,
  ),
  ...family(
    'f64x2',
    opcodes({
      abs: 0xec,
      neg: 0xed,
      sqrt: 0xef,
      ceil: 0x74,
      floor: 0x75,
      trunc: 0x7a,
      nearest: 0x94,
      convertLowI32x4S: 0xfe,
      promoteLowF32x4: 0x5f,
    }),
    V,
    V,
  ),
  splat: plain('f64x2.splat', VECTOR + 0x14, ['f64'], V),
  extractLane: lane('f64x2.extract_lane', VECTOR + 0x21, 2, V, ['f64']),
  replaceLane: lane('f64x2.replace_lane', VECTOR + 0x22, 2, ['v128', 'f64'], V),
};
