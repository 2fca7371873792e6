/** One address, with a name or without. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

// The same as ai_private.is_email_address: nothing that could end a header or a command, or make two of one.
const ADDRESS = /^[^\s\p{Cc}@,;:<>()[\]"\\]{1,64}@[^\s\p{Cc}@,;:<>()[\]"\\]+$/u;

/** Whether a text is one address and nothing else. */
export const isAddress = (text: string): boolean => [...text].length <= 254 && ADDRESS.test(text);

/** Reads `lan@example.com` or `Lan Nguyễn <lan@example.com>`; undefined for all else, lists included. */
export const parseMailbox = (text: string): Mailbox | undefined => {
  const [, name = '', address = ''] = /^\s*(?:([^<>\p{Cc}]*?)\s*<([^<>]*)>)\s*$/u.exec(text) ?? [
    undefined,
    '',
    text.trim(),
  ];
  return isAddress(address) ? { name: name.replace(/^"(.*)"$/, '$1'), address } : undefined;
};
