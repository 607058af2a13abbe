/** Small pieces of address and counting code that generated kernels share. */
import { i32, type Code, type Instruction, type Local } from '../../../wasm/index.ts';

/** Take i32 locals by name. */
export function integers<Name extends string>(code: Code, ...names: readonly Name[]): Readonly<Record<Name, Local>> {
  return Object.fromEntries(names.map((name) => [name, code.local('i32')])) as Record<Name, Local>;
}

/** target ← source. */
export function copy(code: Code, target: Local, source: Local | number): void {
  if (typeof source === 'number') i32.const(code, source);
  else code.get(source);
  code.set(target);
}

/** target ← left ∘ right. */
export function assign(code: Code, target: Local, left: Local, operation: Instruction, right: Local | number): void {
  code.get(left);
  if (typeof right === 'number') i32.const(code, right);
  else code.get(right);
  operation(code);
  code.set(target);
}

/** target ← target + amount. */
export function increase(code: Code, target: Local, by: Local | number): void {
  if (by === 0) return;
  assign(code, target, target, i32.add, by);
}

/** target ← start + index · step. */
export function setAddress(code: Code, target: Local, start: Local, index: Local, step: Local | number): void {
  assign(code, target, index, i32.mul, step);
  increase(code, target, start);
}

/** Run one of two bodies. */
export function choose(
  code: Code,
  left: Local,
  comparison: Instruction,
  right: Local | number,
  then: () => void,
  otherwise?: () => void,
): void {
  code.get(left);
  if (typeof right === 'number') i32.const(code, right);
  else code.get(right);
  comparison(code);
  code.if(then, otherwise);
}

/** Run the body for counter = 0, step, 2·step … below the limit. */
export function countUp(code: Code, counter: Local, limit: Local, step: number, body: () => void): void {
  copy(code, counter, 0);
  code.block(() => {
    code.loop(() => {
      code.get(counter);
      code.get(limit);
      i32.geS(code);
      code.branchIf(1);
      body();
      increase(code, counter, step);
      code.branch(0);
    });
  });
}

/** Repeat the body while the counter is at least `step`, taking it off each time. */
export function countDown(code: Code, counter: Local, step: number, body: () => void): void {
  code.block(() => {
    code.loop(() => {
      code.get(counter);
      i32.const(code, step);
      i32.ltS(code);
      code.branchIf(1);
      body();
      increase(code, counter, -step);
      code.branch(0);
    });
  });
}

/** Repeat the body until the address, which it moves, has reached the end. */
export function moveUpTo(code: Code, address: Local, end: Local, body: () => void): void {
  choose(code, address, i32.ne, end, () => {
    code.loop(() => {
      body();
      code.get(address);
      code.get(end);
      i32.ne(code);
      code.branchIf(0);
    });
  });
}

/** Repeat the body a known number of times. */
export function repeat(code: Code, times: number, body: () => void): void {
  if (times <= 0) return;
  if (times === 1) {
    body();
    return;
  }
  const counter = code.local('i32');
  i32.const(code, times);
  code.set(counter);
  code.loop(() => {
    body();
    increase(code, counter, -1);
    code.get(counter);
    code.branchIf(0);
  });
}

/** target ← source + constant. */
export function setSum(code: Code, target: Local, source: Local, by: number): void {
  code.get(source);
  if (by !== 0) {
    i32.const(code, by);
    i32.add(code);
  }
  code.set(target);
}
