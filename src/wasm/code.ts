/**
 * The body of one WebAssembly function while it is written.
 *
 * Every instruction states what it takes from and leaves on the operand stack, and the code keeps that stack of types.
 * A mistake is reported where the instruction is written, with the types it found, and not by the engine with a byte
 * offset. Control structures carry no results: they start and end with the same stack.
 */
import { ByteWriter } from './bytes.ts';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

export const valueTypeCode: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** A local variable of a function: parameters first, in order. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** A function that can be called: its index in the module and its type. */
export interface FunctionReference {
  readonly index: number;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

interface Frame {
  readonly kind: 'function' | 'block' | 'loop' | 'if' | 'else';
  /** Height of the operand stack at the start. */
  readonly height: number;
  /** After an unconditional branch nothing is known about the stack until the end of the frame. */
  unreachable: boolean;
}

/** Writes instructions; made by `WasmModule.function`. */
export class Code {
  readonly writer: ByteWriter = new ByteWriter();
  readonly parameters: readonly Local[];
  readonly #name: string;
  readonly #results: readonly ValueType[];
  readonly #locals: Local[] = [];
  readonly #stack: ValueType[] = [];
  readonly #frames: Frame[] = [{ kind: 'function', height: 0, unreachable: false }];

  constructor(name: string, parameters: readonly ValueType[], results: readonly ValueType[]) {
    this.#name = name;
    this.parameters = parameters.map((type, index) => ({ index, type }));
    this.#results = results;
  }

  /** Add a local variable, zero at the start. */
  local(type: ValueType): Local {
    const local = { index: this.parameters.length + this.#locals.length, type };
    this.#locals.push(local);
    return local;
  }

  #fail(instruction: string, problem: string): never {
    throw new TypeError(`wasm function "${this.#name}", ${instruction}: ${problem}; stack [${this.#stack.join(' ')}].`);
  }

  /** Take operands (last one on top) and push results, checking types. */
  effect(instruction: string, takes: readonly ValueType[], leaves: readonly ValueType[]): void {
    const frame = this.#frames.at(-1);
    if (frame === undefined) this.#fail(instruction, 'the function has already ended');
    for (let k = takes.length - 1; k >= 0; k--) {
      if (this.#stack.length === frame.height) {
        if (frame.unreachable) continue;
        this.#fail(instruction, `needs ${takes.join(' ')}`);
      }
      const found = this.#stack.pop();
      if (found !== takes[k]) this.#fail(instruction, `needs ${takes.join(' ')} but found ${found}`);
    }
    for (const type of leaves) this.#stack.push(type);
  }

  /** Push the value of a local. */
  get(local: Local): void {
    this.effect('local.get', [], [local.type]);
    this.writer.byte(0x20);
    this.writer.unsigned(local.index);
  }

  /** Store the top of the stack in a local. */
  set(local: Local): void {
    this.effect('local.set', [local.type], []);
    this.writer.byte(0x21);
    this.writer.unsigned(local.index);
  }

  /** Store the top of the stack in a local and keep it. */
  tee(local: Local): void {
    this.effect('local.tee', [local.type], [local.type]);
    this.writer.byte(0x22);
    this.writer.unsigned(local.index);
  }

  /** Call a function. */
  call(target: FunctionReference): void {
    this.effect(`call ${target.index}`, target.parameters, target.results);
    this.writer.byte(0x10);
    this.writer.unsigned(target.index);
  }

  /** Discard the top of the stack, which has the given type. */
  drop(type: ValueType): void {
    this.effect('drop', [type], []);
    this.writer.byte(0x1a);
  }

  #enter(kind: Frame['kind'], opcode: number): void {
    this.#frames.push({ kind, height: this.#stack.length, unreachable: false });
    this.writer.byte(opcode);
    this.writer.byte(0x40);
  }

  #leave(instruction: string): Frame {
    const frame = this.#frames.pop();
    if (frame === undefined || frame.kind === 'function') this.#fail(instruction, 'no block is open');
    if (!frame.unreachable && this.#stack.length !== frame.height) {
      this.#fail(instruction, `the block changes the stack by ${this.#stack.length - frame.height}`);
    }
    this.#stack.length = frame.height;
    return frame;
  }

  /** Write a block; `branch(depth)` inside leaves it. */
  block(body: () => void): void {
    this.#enter('block', 0x02);
    body();
    this.#leave('end');
    this.writer.byte(0x0b);
  }

  /** Write a loop; a branch to it repeats it. */
  loop(body: () => void): void {
    this.#enter('loop', 0x03);
    body();
    this.#leave('end');
    this.writer.byte(0x0b);
  }

  /** Write a conditional on the i32 on top of the stack. */
  if(then: () => void, otherwise?: () => void): void {
    this.effect('if', ['i32'], []);
    this.#enter('if', 0x04);
    then();
    if (otherwise !== undefined) {
      const { height } = this.#leave('else');
      this.#frames.push({ kind: 'else', height, unreachable: false });
      this.writer.byte(0x05);
      otherwise();
    }
    this.#leave('end');
    this.writer.byte(0x0b);
  }

  #checkDepth(instruction: string, depth: number): void {
    if (depth < 0 || depth >= this.#frames.length - 1) this.#fail(instruction, `no enclosing block ${depth}`);
  }

  /** Branch to the enclosing block `depth` (0 is the innermost). */
  branch(depth: number): void {
    this.#checkDepth('br', depth);
    this.writer.byte(0x0c);
    this.writer.unsigned(depth);
    const frame = this.#frames.at(-1)!;
    this.#stack.length = frame.height;
    frame.unreachable = true;
  }

  /** Branch to the enclosing block `depth` if the i32 on top of the stack is not zero. */
  branchIf(depth: number): void {
    this.#checkDepth('br_if', depth);
    this.effect('br_if', ['i32'], []);
    this.writer.byte(0x0d);
    this.writer.unsigned(depth);
  }

  /** End the function and return its encoded body: locals, instructions, end. */
  finish(): ByteWriter {
    if (this.#frames.length !== 1) this.#fail('end', 'a block is still open');
    this.effect('end', this.#results, []);
    if (this.#stack.length > 0) this.#fail('end', 'values are left over');
    this.#frames.pop();
    const body = new ByteWriter();
    const runs: { type: ValueType; count: number }[] = [];
    for (const { type } of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    body.unsigned(runs.length);
    for (const { type, count } of runs) {
      body.unsigned(count);
      body.byte(valueTypeCode[type]);
    }
    body.bytes(this.writer.toBytes());
    body.byte(0x0b);
    return body;
  }
}
