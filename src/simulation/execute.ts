/**
 * Runs a compiled program once: all combinational cells of the netlist, in order.
 *
 * One loop with one switch over typed arrays; every operation below is on 32-bit patterns.
 */
import { OP, STRIDE } from './program.ts';
import { wideEqual, wideExtend, wideLess, wideMultiply, wideSlice, wideSum } from './wide.ts';

/** Evaluate all instructions of `code` on `m`. */
export function execute(code: Int32Array, m: Int32Array, roms: Int32Array): void {
  const length = code.length;
  for (let pc = 0; pc < length; pc += STRIDE) {
    const to = code[pc + 1]!;
    const a = code[pc + 2]!;
    const b = code[pc + 3]!;
    const c = code[pc + 4]!;
    switch (code[pc]) {
      case OP.add:
        m[to] = (m[a]! + m[b]!) & c;
        break;
      case OP.subtract:
        m[to] = (m[a]! - m[b]!) & c;
        break;
      case OP.and:
        m[to] = m[a]! & m[b]!;
        break;
      case OP.or:
        m[to] = m[a]! | m[b]!;
        break;
      case OP.xor:
        m[to] = m[a]! ^ m[b]!;
        break;
      case OP.not:
        m[to] = ~m[a]! & b;
        break;
      case OP.copy:
        m[to] = m[a]!;
        break;
      case OP.signExtend:
        m[to] = ((m[a]! << b) >> b) & c;
        break;
      case OP.slice:
        m[to] = (m[a]! >>> b) & c;
        break;
      case OP.sliceAcross:
        m[to] = ((m[a]! >>> b) | (m[a + 1]! << (32 - b))) & c;
        break;
      case OP.join:
        m[to] = (m[a]! << c) | m[b]!;
        break;
      case OP.multiply: {
        const shiftB = code[pc + 5]!;
        m[to] = Math.imul((m[a]! << c) >> c, (m[b]! << shiftB) >> shiftB) & code[pc + 6]!;
        break;
      }
      case OP.equal:
        m[to] = m[a] === m[b] ? 1 : 0;
        break;
      case OP.lessSigned:
        m[to] = m[a]! << c < m[b]! << c ? 1 : 0;
        break;
      case OP.lessUnsigned:
        m[to] = m[a]! >>> 0 < m[b]! >>> 0 ? 1 : 0;
        break;
      case OP.mux:
        m[to] = m[a] !== 0 ? m[b]! : m[c]!;
        break;
      case OP.rom:
        m[to] = roms[b + m[a]!]!;
        break;
      case OP.place:
        m[to]! |= m[a]! << b;
        if (c !== 0) m[to + 1]! |= m[a]! >>> (32 - b);
        break;
      case OP.clear:
        m.fill(0, to, to + a);
        break;
      case OP.wideAdd:
        wideSum(m, to, a, b, c, code[pc + 5]!, false);
        break;
      case OP.wideSubtract:
        wideSum(m, to, a, b, c, code[pc + 5]!, true);
        break;
      case OP.wideLogic: {
        const operation = code[pc + 5]!;
        for (let k = 0; k < c; k += 1) {
          const x = m[a + k]!;
          const y = m[b + k]!;
          m[to + k] = operation === OP.and ? x & y : operation === OP.or ? x | y : operation === OP.xor ? x ^ y : ~x;
        }
        m[to + c - 1]! &= code[pc + 6]!;
        break;
      }
      case OP.wideExtend:
        wideExtend(m, to, a, b, c, code[pc + 5] === 1);
        break;
      case OP.wideSlice:
        wideSlice(m, to, a, b, c);
        break;
      case OP.wideMultiply:
        wideMultiply(m, to, a, b, c, code[pc + 5]!, code[pc + 6]!);
        break;
      case OP.wideEqual:
        m[to] = wideEqual(m, a, b, c);
        break;
      case OP.wideLess:
        m[to] = wideLess(m, a, b, c, code[pc + 5] === 1);
        break;
      case OP.wideMux: {
        const from = m[a] !== 0 ? b : c;
        const count = code[pc + 5]!;
        for (let k = 0; k < count; k += 1) m[to + k] = m[from + k]!;
        break;
      }
      case OP.wideRom:
        for (let k = 0; k < c; k += 1) m[to + k] = roms[b + m[a]! * c + k]!;
        break;
    }
  }
}
