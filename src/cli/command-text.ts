/** A command line as text that a shell reads back, for records that another person repeats. */
import type { Command } from 'commander';
import { givenOptions } from './options.ts';

/** Quote a word for a POSIX shell, where it needs that. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * Write the command that was given, options in the order of the help.
 *
 * @param without - attribute names of options that change nothing of the result
 */
export function repeatingCommand(command: Command, without: readonly string[] = []): string {
  const given = givenOptions(command);
  const words = command.options
    .filter((option) => given(option.attributeName()) && !without.includes(option.attributeName()))
    .flatMap((option) => {
      const value: unknown = command.getOptionValue(option.attributeName());
      const values = Array.isArray(value) ? value.map(String) : typeof value === 'boolean' ? [] : [String(value)];
      return [option.long ?? option.flags, ...values];
    });
  return ['distill-rtl', command.name(), ...command.args, ...words].map(shellWord).join(' ');
}
