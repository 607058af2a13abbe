/**
 * A first-in first-out buffer behind a stage that never waits: whoever writes has made sure of a free place before.
 *
 * While it is empty a beat falls through in the cycle in which it comes, so that a reader that is never late costs no
 * latency. Ports: `in_valid`, `in`; `out_ready`; `out_valid`, `out`. A beat leaves at a rising edge where out_valid and
 * out_ready are 1. The register `count` holds the number of beats inside, from 0 to `depth`, and one written beyond that
 * is lost: credits (see `credits.ts`) keep the number of beats inside or on the way at most `depth`.
 */
import { bitsOf, constantOf, counterTo, increment } from './control.ts';
import { moduleBuilder } from '../module-builder.ts';
import type { ModuleBuilder } from '../module-builder.ts';
import type { Module, Net } from '../netlist.ts';

/**
 * Make the module of a buffer.
 *
 * @param width of a beat in bits, at least 1
 * @param depth places, at least 1
 */
export function fifoModule(name: string, width: number, depth: number): Module {
  const builder = moduleBuilder(name, `buffer of ${depth} ${depth === 1 ? 'beat' : 'beats'}, empty it is a wire`);
  const inValid = builder.input('in_valid', 1);
  const data = builder.input('in', width);
  const outReady = builder.input('out_ready', 1);
  for (const port of ['out_valid', 'out']) builder.reserve(port);

  const countBits = bitsOf(depth + 1);
  const count = builder.registerPlaceholder(countBits, { reset: 0n });
  builder.name(count, 'count');
  const isEmpty = builder.equal(count, constantOf(builder, 0, countBits));
  builder.name(isEmpty, 'is_empty');
  const store = builder.and(inValid, builder.not(builder.and(isEmpty, outReady)));
  builder.name(store, 'store');
  const fetch = builder.and(outReady, builder.not(isEmpty));
  builder.name(fetch, 'fetch');
  const up = builder.mux(store, increment(builder, count), count);
  const down = builder.subtract(count, constantOf(builder, 1, countBits));
  builder.connect(count, builder.mux(fetch, builder.mux(store, count, down), up));

  const oldest = depth === 1 ? held(builder, data, store) : ring(builder, `${name}_beats`, depth, data, store, fetch);
  builder.output('out_valid', builder.or(inValid, builder.not(isEmpty)));
  builder.output('out', builder.mux(isEmpty, data, oldest));
  return builder.build();
}

/** One place: a register. */
function held(builder: ModuleBuilder, data: Net, store: Net): Net {
  const register = builder.register(data, { enable: store });
  builder.name(register, 'held');
  return register;
}

/** Several places: a memory that is written and read at addresses that go round. */
function ring(builder: ModuleBuilder, name: string, places: number, data: Net, store: Net, fetch: Net): Net {
  const memory = builder.addMemory(name, builder.widthOf(data), places);
  builder.memoryWrite(memory, store, counterTo(builder, places, store, 'write_at'), data);
  return builder.memory(counterTo(builder, places, fetch, 'read_at'), memory);
}
