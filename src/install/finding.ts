/** One thing that is not as it should be, or good to know. */
export interface Finding {
  /** problem: something does not work or is not safe. note: it works as it is. */
  readonly level: 'problem' | 'note';
  readonly about: string;
  readonly message: string;
  /** What to do: SQL, a command, or a sentence. */
  readonly mend?: string;
}

export const problem = (about: string, message: string, mend: string): Finding => ({
  level: 'problem',
  about,
  message,
  mend,
});

export const note = (about: string, message: string, mend?: string): Finding => ({
  level: 'note',
  about,
  message,
  ...(mend === undefined ? {} : { mend }),
});
