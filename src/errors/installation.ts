import type { ErrorEntry } from './entry.ts';

/** What is wrong with the installation, or with pg_ai itself. */
export const INSTALLATION_ERRORS: readonly ErrorEntry[] = [
  {
    code: 'PI501',
    meaning:
      'pg_ai cannot be installed here: the server is too old, or a schema that it needs belongs to something else. Nothing is changed.',
    en: 'pg_ai cannot be installed here: {reason}',
    vi: 'không thể cài pg_ai tại đây: {reason}',
  },
  {
    code: 'PI502',
    meaning: 'A role named ai_owner exists with rights that the owner of generated code must not have.',
    en: 'the role ai_owner has rights that pg_ai must not have',
    vi: 'vai trò ai_owner có những quyền mà pg_ai không được phép có',
  },
  {
    code: 'PI900',
    meaning: 'A bug in pg_ai.',
    en: 'pg_ai has a bug: {reason}',
    vi: 'pg_ai gặp lỗi nội bộ: {reason}',
  },
];
