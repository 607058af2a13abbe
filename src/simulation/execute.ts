/**
 * Runs a compiled program once: all combinational cells of the netlist, in order.
 *
 * One loop with one switch over typed arrays; every operation below is on 32-bit patterns. The cases are literals, tied
 * to their names by the type checker, because engines make a jump table of literals only (several times as fast).
 */
import { OP, STRIDE } from './program.ts';
import { wideEqual, wideExtend, wideLess, wideMultiply, wideSlice, wideSum } from './wide.ts';

/** Evaluate the instructions `from` … `end` − 1 (in integers of `code`) on `m`. */
export function execute(code: Int32Array, m: Int32Array, roms: Int32Array, from: number, end: number): void {
  for (let pc = from; pc < end; pc += STRIDE) {
    const to = code[pc + 1]!;
    const a = code[pc + 2]!;
    const b = code[pc + 3]!;
    const c = code[pc + 4]!;
    switch (code[pc]) {
      case 0 satisfies typeof OP.add:
        m[to] = (m[a]! + m[b]!) & c;
        break;
      case 1 satisfies typeof OP.subtract:
        m[to] = (m[a]! - m[b]!) & c;
        break;
      case 2 satisfies typeof OP.and:
        m[to] = m[a]! & m[b]!;
        break;
      case 3 satisfies typeof OP.or:
        m[to] = m[a]! | m[b]!;
        break;
      case 4 satisfies typeof OP.xor:
        m[to] = m[a]! ^ m[b]!;
        break;
      case 5 satisfies typeof OP.not:
        m[to] = ~m[a]! & b;
        break;
      case 6 satisfies typeof OP.copy:
        m[to] = m[a]!;
        break;
      case 7 satisfies typeof OP.signExtend:
        m[to] = ((m[a]! << b) >> b) & c;
        break;
      case 8 satisfies typeof OP.slice:
        m[to] = (m[a]! >>> b) & c;
        break;
      case 9 satisfies typeof OP.sliceAcross:
        m[to] = ((m[a]! >>> b) | (m[a + 1]! << (32 - b))) & c;
        break;
      case 10 satisfies typeof OP.join:
        m[to] = (m[a]! << c) | m[b]!;
        break;
      case 11 satisfies typeof OP.multiply: {
        const shiftB = code[pc + 5]!;
        m[to] = Math.imul((m[a]! << c) >> c, (m[b]! << shiftB) >> shiftB) & code[pc + 6]!;
        break;
      }
      case 12 satisfies typeof OP.equal:
        m[to] = m[a] === m[b] ? 1 : 0;
        break;
      case 13 satisfies typeof OP.lessSigned:
        m[to] = m[a]! << c < m[b]! << c ? 1 : 0;
        break;
      case 14 satisfies typeof OP.lessUnsigned:
        m[to] = m[a]! >>> 0 < m[b]! >>> 0 ? 1 : 0;
        break;
      case 15 satisfies typeof OP.mux:
        m[to] = m[a] !== 0 ? m[b]! : m[c]!;
        break;
      case 16 satisfies typeof OP.rom:
        m[to] = roms[b + m[a]!]!;
        break;
      case 17 satisfies typeof OP.place:
        m[to]! |= m[a]! << b;
        if (c !== 0) m[to + 1]! |= m[a]! >>> (32 - b);
        break;
      case 18 satisfies typeof OP.clear:
        m.fill(0, to, to + a);
        break;
      case 19 satisfies typeof OP.wideAdd:
        wideSum(m, to, a, b, c, code[pc + 5]!, false);
        break;
      case 20 satisfies typeof OP.wideSubtract:
        wideSum(m, to, a, b, c, code[pc + 5]!, true);
        break;
      case 21 satisfies typeof OP.wideLogic: {
        const operation = code[pc + 5]!;
        for (let k = 0; k < c; k += 1) {
          const x = m[a + k]!;
          const y = m[b + k]!;
          m[to + k] = operation === OP.and ? x & y : operation === OP.or ? x | y : operation === OP.xor ? x ^ y : ~x;
        }
        m[to + c - 1]! &= code[pc + 6]!;
        break;
      }
      case 22 satisfies typeof OP.wideExtend:
        wideExtend(m, to, a, b, c, code[pc + 5] === 1);
        break;
      case 23 satisfies typeof OP.wideSlice:
        wideSlice(m, to, a, b, c);
        break;
      case 24 satisfies typeof OP.wideMultiply:
        wideMultiply(m, to, a, b, c, code[pc + 5]!, code[pc + 6]!);
        break;
      case 25 satisfies typeof OP.wideEqual:
        m[to] = wideEqual(m, a, b, c);
        break;
      case 26 satisfies typeof OP.wideLess:
        m[to] = wideLess(m, a, b, c, code[pc + 5] === 1);
        break;
      case 27 satisfies typeof OP.wideMux: {
        const chosen = m[a] !== 0 ? b : c;
        const count = code[pc + 5]!;
        for (let k = 0; k < count; k += 1) m[to + k] = m[chosen + k]!;
        break;
      }
      case 28 satisfies typeof OP.wideRom:
        for (let k = 0; k < c; k += 1) m[to + k] = roms[b + m[a]! * c + k]!;
        break;
      case 29 satisfies typeof OP.memory:
        m[to] = m[b + m[a]!]!;
        break;
      case 30 satisfies typeof OP.wideMemory:
        for (let k = 0; k < c; k += 1) m[to + k] = m[b + m[a]! * c + k]!;
        break;
    }
  }
}
