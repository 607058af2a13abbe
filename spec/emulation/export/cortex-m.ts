/** Runs an exported C network on an emulated Cortex-M3 board (mps2-an385), its exit status by semihosting. */
import type { ExportedFile } from '../../../src/emulation/index.ts';
import { hasTool, inFolder, runTool, STRICT } from './targets.ts';

const tools = ['arm-none-eabi-gcc', 'qemu-system-arm'];

/** Names of the tools that are missing; undefined if none is. */
export const cortexTools: string | undefined = tools.filter((tool) => !hasTool(tool)).join(', ') || undefined;

const startup = `extern int main(void);
extern unsigned int stack_top;
void reset(void);
__attribute__((section(".vectors"), used)) static void *const vectors[2] = {&stack_top, (void *)reset};

/* SYS_EXIT with ADP_Stopped_ApplicationExit, or with an error. */
void reset(void) {
  int reason = main() == 0 ? 0x20026 : 0x20023;
  __asm__ volatile("mov r1, %0\\n mov r0, #0x18\\n bkpt 0xab" : : "r"(reason) : "r0", "r1", "memory");
  for (;;) {
  }
}
`;

const script = `MEMORY { flash (rx) : ORIGIN = 0, LENGTH = 4M  ram (rwx) : ORIGIN = 0x20000000, LENGTH = 4M }
stack_top = 0x20400000;
SECTIONS {
  .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) } > flash
  .ram : { *(.data*) *(.bss*) } > ram
  /DISCARD/ : { *(.ARM.*) }
}
`;

/** Build and run the self-test; a run that ends otherwise throws. */
export function runOnCortexM(files: readonly ExportedFile[]): Promise<'equal' | 'different'> {
  const all = [...files, { path: 'startup.c', content: startup }, { path: 'board.ld', content: script }];
  return inFolder(all, async (folder) => {
    const sources = files.map(({ path }) => path).filter((path) => path.endsWith('.c'));
    const cpu = ['-mcpu=cortex-m3', '-mthumb', '-Os', '-ffreestanding'];
    for (const source of sources) await runTool('arm-none-eabi-gcc', [...cpu, ...STRICT, '-c', source], folder);
    const objects = sources.map((source) => source.replace('.c', '.o'));
    const link = ['-nostdlib', '-T', 'board.ld', '-o', 'test.elf', 'startup.c', ...objects, '-lgcc'];
    await runTool('arm-none-eabi-gcc', [...cpu, ...link], folder);
    const board = ['-M', 'mps2-an385', '-nographic', '-semihosting', '-kernel', 'test.elf'];
    try {
      await runTool('qemu-system-arm', board, folder);
      return 'equal';
    } catch (error) {
      if ((error as { code?: unknown }).code === 1) return 'different';
      throw error;
    }
  });
}
