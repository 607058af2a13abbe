/**
 * Unique names within one scope, legal for every reader of the emitted text.
 *
 * The netlist's `identifier` keeps clear of Verilog and SystemVerilog; Verilator also translates names to C++, whose
 * words are kept out here.
 */
import { identifier } from '../netlist/index.ts';

const words = new Set(
  (
    'alignas alignof asm auto bool catch char char16_t char32_t compl concept constexpr const_cast decltype delete ' +
    'double dynamic_cast explicit false float friend goto inline long mutable namespace noexcept nullptr operator ' +
    'private public register reinterpret_cast requires short sizeof static_assert static_cast switch template ' +
    'thread_local throw true try typeid typename using volatile wchar_t'
  ).split(' '),
);

/** Make a legal name of any text; a legal name is returned as it is. */
export function verilogName(text: string): string {
  const name = identifier(text);
  return words.has(name) ? `${name}_` : name;
}

/** Gives out names that are unique within one scope; the first to ask gets the plain one. */
export interface NameScope {
  readonly take: (wanted: string) => string;
}

/** Open an empty scope. */
export function nameScope(): NameScope {
  const taken = new Set<string>();
  return {
    take(wanted) {
      const base = verilogName(wanted);
      let name = base;
      for (let n = 2; taken.has(name); n++) name = `${base}_${n}`;
      taken.add(name);
      return name;
    },
  };
}
