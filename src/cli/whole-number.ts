import { usageError } from './errors.ts';

/** Reads an option that is a whole number. @throws CliError for anything else */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const number = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(number) || number < least)
      throw usageError(`"${text}" is no number of this kind`, `a whole number from ${least} on`);
    return number;
  };
