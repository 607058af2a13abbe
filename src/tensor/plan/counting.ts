/** Small pieces of counting code that the kernels of a plan share. */
import { i32, type Code, type Local } from '../../wasm/index.ts';

/** local ← local + constant. */
export function increase(code: Code, local: Local, by: number): void {
  if (by === 0) return;
  code.get(local);
  i32.const(code, by);
  i32.add(code);
  code.set(local);
}

/** Repeat the body while the counter is at least `step`, taking `step` off each time. */
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
