/** Verilog that was not emitted here, written as a person writes it, beside the model that it is to compute. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildNetwork, type Network, withParameters } from '../../../src/network/index.ts';
import { stream } from '../../../src/random/index.ts';
import { auditVerilog } from '../../../src/systems/index.ts';
import { tensor } from '../../../src/tensor/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'distill-rtl-foreign-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** relu(3a − 2b + 4), limited to 6 bits. */
const network: Network = {
  ...withParameters(
    buildNetwork(
      'neuron',
      [{ name: 'x', shape: [2] }],
      [
        { kind: 'dense', name: 'fc', attributes: { units: 1 } },
        { kind: 'relu', name: 'act' },
      ],
      stream('foreign'),
    ),
    { fc: { kernel: tensor(new Float32Array([3, -2]), [2, 1]), bias: tensor(new Float32Array([4]), [1]) } },
  ),
  precision: {
    x: { result: 'ap_fixed<4,4>' },
    fc: { weight: 'ap_fixed<4,4>', bias: 'ap_fixed<4,4>' },
    act: { result: 'ap_ufixed<6,6,AP_TRN,AP_SAT>' },
  },
};

const limited = `
module neuron(input wire clk, input wire [7:0] x, output reg [5:0] y);
  wire signed [3:0] a = x[3:0];
  wire signed [3:0] b = x[7:4];
  wire signed [7:0] s = (a <<< 1) + a - 2 * b + 4;
  always @(posedge clk)
    if (s < 0) y <= 0; else if (s > LIMIT) y <= 63; else y <= s[5:0];
endmodule
`;

let files = 0;
const audit = (text: string, top = 'neuron') => {
  const path = join(folder, `${files++}.v`);
  writeFileSync(path, text);
  return auditVerilog({ network, compile: {}, modelFile: 'neuron.json', verilog: [path], top });
};

describe('Verilog of others', () => {
  it('is proved where it computes the model, whatever its style', async () => {
    const result = await audit(limited.replace('LIMIT', '63'));

    expect(result.verdict).toBe('proved');
    expect(result.claims.map(({ name }) => name)).toEqual(['Verilog = model']);
    expect(result.design).toMatchObject({ latencyCycles: 1, inputBits: 8, outputBits: 6, part: null });
  });

  it('is different where one limit is wrong, with an input that shows it', async () => {
    const result = await audit(limited.replace('LIMIT', '31'));

    expect(result.verdict).toBe('different');
    const [a, b] = result.difference!.inputs['x']!.map(Number);
    const right = Math.min(63, Math.max(0, 3 * a! - 2 * b! + 4));
    expect(result.difference).toMatchObject({ module: 'neuron', expected: String(right), found: '63' });
    expect(right).toBeGreaterThan(31);
  });

  it('is refused in one sentence where it cannot be read or has other ports', async () => {
    await expect(audit(limited.slice(0, 200))).rejects.toThrow(/^The Verilog cannot be read: Yosys says ".*syntax/);
    await expect(audit(limited.replace('LIMIT', '63'), 'neurone')).rejects.toThrow(/neurone/);
    await expect(
      audit('module neuron(input wire [8:0] x, output wire [5:0] y); assign y = x[5:0]; endmodule'),
    ).rejects.toThrow('Port x of module "neuron" has 9 bits; input "x" of the model has 8.');
    await expect(audit('module neuron(input wire [7:0] x); endmodule')).rejects.toThrow(
      'Module "neuron" has 0 data outputs: none; the model has 1: act (6 bits).',
    );
    await expect(
      audit(
        'module neuron(input [7:0] x, output [5:0] y); reg [5:0] m [0:255]; initial $readmemh("no.mem", m); assign y = m[x]; endmodule',
      ),
    ).rejects.toThrow(/^Memory file "no\.mem", which ".*" loads, is neither here nor beside that file\.$/);
  });
});
