/** Lines that all test benches print alike: the design inside, and the file of outputs and the waves that they may write. */

/** File of a bench's outputs unless +out names another, relative to the root of the emitted folder. */
export const testBenchOutputs = 'tb/outputs.txt';

/** An instance of a module whose ports are connected to signals of the same names. */
export const instanceLines = (module: string, instance: string, ports: readonly string[]): readonly string[] => [
  `  ${module} ${instance} (`,
  ...ports.map((name, k) => `    .${name}(${name})${k + 1 < ports.length ? ',' : ''}`),
  '  );',
];

/** What opens the file of outputs in `file`, and starts a wave file of `instance` where `+vcd` asks for it. */
export const recordingLines = (file: string, path: string, top: string, instance: string): readonly string[] => [
  `    if ($value$plusargs("out=%s", ${path}) == 0) ${path} = "${testBenchOutputs}";`,
  `    ${file} = $fopen(${path}, "w");`,
  '    if ($test$plusargs("vcd")) begin',
  `      $dumpfile("${top}.vcd");`,
  `      $dumpvars(0, ${instance});`,
  '    end',
];
