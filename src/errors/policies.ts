import type { ErrorEntry } from './entry.ts';

/** What a policy refuses, and keys of encryption. */
export const POLICY_ERRORS: readonly ErrorEntry[] = [
  {
    code: 'PI200',
    meaning:
      'A policy does not let the caller make this call. DETAIL names the policy. Its own message stands in place of this one.',
    en: '{operation} on {table} refused: the policy {policy} does not allow this call',
    vi: '{operation} trên {table} bị từ chối: chính sách {policy} không cho phép lời gọi này',
    hint: {
      en: "What it demands: select ai.describe('{table}', '{operation}') -> 'policies'",
      vi: "Chính sách yêu cầu gì: select ai.describe('{table}', '{operation}') -> 'policies'",
    },
  },
  {
    code: 'PI200.action',
    meaning: 'A policy does not let the caller execute an action. DETAIL names the policy.',
    en: 'the action {table} is refused: the policy {policy} does not allow this call',
    vi: 'hành động {table} bị từ chối: chính sách {policy} không cho phép lời gọi này',
    hint: {
      en: "What it demands: select ai.describe_action('{table}') -> 'policies'",
      vi: "Chính sách yêu cầu gì: select ai.describe_action('{table}') -> 'policies'",
    },
  },
  {
    code: 'PI201',
    meaning:
      'A policy does not let the caller write this row, or replace the one that is there. DETAIL names the policy. Its own message stands in place of this one.',
    en: '{operation} on {table} refused: the policy {policy} does not allow this row',
    vi: '{operation} trên {table} bị từ chối: chính sách {policy} không cho phép dòng này',
  },
  {
    code: 'PI210',
    meaning:
      'Too many calls: a rate limit refuses this one. DETAIL has `retry_after`, in seconds. The policy’s own message stands in place of this one.',
    en: '{operation} on {table} refused: more than {limit} (policy {policy})',
    vi: '{operation} trên {table} bị từ chối: nhiều hơn {limit} (chính sách {policy})',
    hint: { en: 'Try again in {seconds} seconds.', vi: 'Hãy thử lại sau {seconds} giây.' },
  },
  {
    code: 'PI210.action',
    meaning: 'Too many calls of an action.',
    en: 'the action {table} is refused: more than {limit} (policy {policy})',
    vi: 'hành động {table} bị từ chối: nhiều hơn {limit} (chính sách {policy})',
  },
  {
    code: 'PI299',
    meaning: 'Inside rate limits only: lets go of a counter. Never reaches a caller.',
    en: 'a counter is let go',
    vi: 'một bộ đếm được trả lại',
  },
  {
    code: 'PI220',
    meaning:
      'The key of an encrypted column is not there: none of its name, none with the id that a value was written with (after a restore, keys are added again), or not in the setting that should hold it.',
    en: 'there is no encryption key {key}',
    vi: 'không có khóa mã hóa {key}',
    hint: {
      en: "With the same secret it has the same id and reads the same rows: select ai.add_encryption_key('{key}', '…')",
      vi: "Cùng một bí mật sẽ có cùng mã khóa và đọc được các dòng cũ: select ai.add_encryption_key('{key}', '…')",
    },
  },
  {
    code: 'PI221',
    meaning:
      'An encrypted value was changed after it was written, or cut off: its seal does not fit the key whose id it bears.',
    en: 'a value that is encrypted with the key {id} has been altered',
    vi: 'một giá trị được mã hóa bằng khóa {id} đã bị thay đổi',
    hint: {
      en: 'Only operations write encrypted columns. Find out what else did, and write the value again.',
      vi: 'Chỉ các thao tác mới ghi cột mã hóa. Hãy tìm nguyên nhân và ghi lại giá trị.',
    },
  },
  {
    code: 'PI222',
    meaning:
      'ai.rotate_encryption is asked for a column that no operation encrypts, or by somebody who may not see all rows.',
    en: '{field} of {table} is not encrypted',
    vi: '{field} của {table} không được mã hóa',
    hint: {
      en: '"encrypt" in the column\'s comment, in "fields" or in a policy of the kind data encrypts it.',
      vi: '"encrypt" trong chú thích của cột, trong "fields" hoặc trong chính sách loại data sẽ mã hóa nó.',
    },
  },
  {
    code: 'PI223',
    meaning: 'ai.add_encryption_key is given what is no good as a key, or ai.drop_encryption_key one that is in use.',
    en: 'this is no good as an encryption key',
    vi: 'không dùng được làm khóa mã hóa',
    hint: {
      en: 'A secret: 32 random bytes as text, such as openssl rand -hex 32 gives.',
      vi: 'Bí mật: 32 byte ngẫu nhiên dạng văn bản, ví dụ từ openssl rand -hex 32.',
    },
  },
  {
    code: 'PI241',
    meaning:
      'The call took longer than its limit lets, or would have waited longer for a lock. Nothing of it is kept; DETAIL has the time in ms.',
    en: '{operation} on {table} took {measured} ms, and may take {allowed} ms',
    vi: '{operation} trên {table} mất {measured} ms, trong khi chỉ được phép {allowed} ms',
    hint: {
      en: 'Nothing of it is kept. What waits for locks may succeed when it is repeated.',
      vi: 'Không có gì được giữ lại. Nếu do chờ khóa, hãy thử lại.',
    },
  },
  {
    code: 'PI242',
    meaning:
      'The call has touched more rows than its limit lets, those of triggers and cascades included. Nothing of it is kept; DETAIL has the number.',
    en: '{operation} on {table} touched {measured} rows, and may touch {allowed}',
    vi: '{operation} trên {table} tác động {measured} dòng, trong khi chỉ được phép {allowed}',
    hint: { en: 'Nothing of it is kept.', vi: 'Không có gì được giữ lại.' },
  },
  {
    code: 'PI243',
    meaning:
      'The call, or a trigger, a hook or a cascade in it, has executed a kind of statement that its limit does not allow. Nothing of it is kept; DETAIL tells what was done to which tables.',
    en: '{operation} on {table} did {measured}, and may do {allowed} only',
    vi: '{operation} trên {table} đã thực hiện {measured}, trong khi chỉ được phép {allowed}',
    hint: { en: 'Nothing of it is kept.', vi: 'Không có gì được giữ lại.' },
  },
];
