/**
 * A WebAssembly module while it is put together: functions, one memory, exports, data.
 *
 * Limits: one memory, no tables, no globals, no reference types; control structures without results (see code.ts).
 * Source: WebAssembly Core Specification 2.0, section 5.5.
 */
import { ByteWriter } from './bytes.ts';
import { Code, valueTypeCode } from './code.ts';
import type { FunctionReference, Local, ValueType } from './code.ts';

export interface FunctionOptions {
  /** Exported under this name, if given. */
  readonly exportName?: string;
  /** Name that profilers and stack traces show. @defaultValue the name of the export */
  readonly name?: string;
  readonly parameters?: readonly ValueType[];
  readonly results?: readonly ValueType[];
}

export interface MemoryOptions {
  /** Pages of 64 KiB. */
  readonly pages: number;
  /** Largest number of pages; required when shared. */
  readonly maximumPages?: number;
  readonly exportName?: string;
  /** Import the memory instead of defining it. */
  readonly importFrom?: { readonly module: string; readonly name: string };
  /** @defaultValue false */
  readonly shared?: boolean;
}

/** Collects the parts of a module; `toBytes` encodes it. Stateful, and so a class. */
export class WasmModule {
  readonly #types: string[] = [];
  readonly #typeBytes: ByteWriter[] = [];
  readonly #imports: { readonly module: string; readonly name: string; readonly type: number }[] = [];
  readonly #functions: { readonly type: number; readonly body: ByteWriter }[] = [];
  readonly #exports: { readonly name: string; readonly kind: 0 | 2; readonly index: number }[] = [];
  readonly #names: { readonly index: number; readonly name: string }[] = [];
  readonly #data: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  #memory: MemoryOptions | undefined;

  #type(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${parameters.join()}>${results.join()}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    const bytes = new ByteWriter();
    bytes.byte(0x60);
    for (const list of [parameters, results]) {
      bytes.unsigned(list.length);
      for (const type of list) bytes.byte(valueTypeCode[type]);
    }
    this.#typeBytes.push(bytes);
    return this.#types.push(key) - 1;
  }

  /** Import a function; all imports come before the first own function. */
  importFunction(
    module: string,
    name: string,
    parameters: readonly ValueType[],
    results: readonly ValueType[] = [],
  ): FunctionReference {
    if (this.#functions.length > 0) throw new TypeError(`wasm import "${name}" must come before the own functions.`);
    const index = this.#imports.push({ module, name, type: this.#type(parameters, results) }) - 1;
    return { index, parameters, results };
  }

  /** Define a function; `write` receives its code and its parameters. */
  function(options: FunctionOptions, write: (code: Code, ...parameters: readonly Local[]) => void): FunctionReference {
    const { exportName, parameters = [], results = [] } = options;
    const code = new Code(exportName ?? `#${this.#functions.length}`, parameters, results);
    write(code, ...code.parameters);
    const body = code.finish();
    const own = this.#functions.push({ type: this.#type(parameters, results), body }) - 1;
    const index = this.#imports.length + own;
    if (exportName !== undefined) this.#exports.push({ name: exportName, kind: 0, index });
    if (options.name !== undefined) this.#names.push({ index, name: options.name });
    return { index, parameters, results };
  }

  /** Define or import the memory of the module. */
  memory(options: MemoryOptions): void {
    if (this.#memory !== undefined) throw new TypeError('wasm modules here have one memory.');
    this.#memory = options;
    if (options.exportName !== undefined) this.#exports.push({ name: options.exportName, kind: 2, index: 0 });
  }

  /** Fill memory from `offset` with bytes at instantiation. */
  data(offset: number, bytes: Uint8Array): void {
    this.#data.push({ offset, bytes });
  }

  #limits(target: ByteWriter, { pages, maximumPages, shared = false }: MemoryOptions): void {
    target.byte((maximumPages === undefined ? 0 : 1) | (shared ? 2 : 0));
    target.unsigned(pages);
    if (maximumPages !== undefined) target.unsigned(maximumPages);
  }

  /** Encode the module. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter();
    out.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    const section = (id: number, count: number, write: (content: ByteWriter) => void): void => {
      if (count === 0) return;
      const content = new ByteWriter();
      content.unsigned(count);
      write(content);
      out.byte(id);
      out.block(content);
    };
    const memory = this.#memory;
    const imported = memory?.importFrom;
    section(1, this.#typeBytes.length, (content) => {
      for (const type of this.#typeBytes) content.bytes(type.toBytes());
    });
    section(2, this.#imports.length + (imported === undefined ? 0 : 1), (content) => {
      for (const { module, name, type } of this.#imports) {
        content.name(module);
        content.name(name);
        content.byte(0x00);
        content.unsigned(type);
      }
      if (memory !== undefined && imported !== undefined) {
        content.name(imported.module);
        content.name(imported.name);
        content.byte(0x02);
        this.#limits(content, memory);
      }
    });
    section(3, this.#functions.length, (content) => {
      for (const { type } of this.#functions) content.unsigned(type);
    });
    section(5, memory !== undefined && imported === undefined ? 1 : 0, (content) => {
      this.#limits(content, memory!);
    });
    section(7, this.#exports.length, (content) => {
      for (const { name, kind, index } of this.#exports) {
        content.name(name);
        content.byte(kind);
        content.unsigned(index);
      }
    });
    section(10, this.#functions.length, (content) => {
      for (const { body } of this.#functions) content.block(body);
    });
    section(11, this.#data.length, (content) => {
      for (const { offset, bytes } of this.#data) {
        content.byte(0x00);
        content.byte(0x41);
        content.signed(offset);
        content.byte(0x0b);
        content.unsigned(bytes.length);
        content.bytes(bytes);
      }
    });
    // The custom section "name" has the names of functions in its part 1.
    if (this.#names.length > 0) {
      const content = new ByteWriter();
      this.#nameSection(content);
      out.byte(0);
      out.block(content);
    }
    return out.toBytes();
  }

  /** Write the names of functions in ascending order of their indices (appendix "Name Section"). */
  #nameSection(content: ByteWriter): void {
    const part = new ByteWriter();
    part.unsigned(this.#names.length);
    for (const { index, name } of this.#names.toSorted((a, b) => a.index - b.index)) {
      part.unsigned(index);
      part.name(name);
    }
    content.name('name');
    content.byte(1);
    content.block(part);
  }
}
