import type { ErrorEntry } from './entry.ts';

/** What is wrong with a call. */
export const CALL_ERRORS: readonly ErrorEntry[] = [
  {
    code: 'PI100',
    meaning: 'Inputs are wrong. DETAIL lists every wrong field with a code, the rule and a message.',
    en: '{operation} on {table} refused: {errors}',
    vi: '{operation} trên {table} bị từ chối: {errors}',
    hint: {
      en: "The inputs that it takes: select ai.describe('{table}', '{operation}')",
      vi: "Các giá trị đầu vào hợp lệ: select ai.describe('{table}', '{operation}')",
    },
  },
  {
    code: 'PI100.action',
    meaning: 'Inputs of an action are wrong. DETAIL lists every wrong field with a code, the rule and a message.',
    en: 'the action {table} refused: {errors}',
    vi: 'hành động {table} bị từ chối: {errors}',
    hint: {
      en: "The inputs that it takes: select ai.describe_action('{table}')",
      vi: "Các giá trị đầu vào hợp lệ: select ai.describe_action('{table}')",
    },
  },
  {
    code: 'PI101',
    meaning: 'No such operation, or a table that declares none.',
    en: '{table} has no operation "{operation}"',
    vi: '{table} không có thao tác "{operation}"',
    hint: { en: 'It has: {known}.', vi: 'Bảng có: {known}.' },
  },
  {
    code: 'PI101.table',
    meaning: 'The table declares no operations, or is not found along the search_path.',
    en: '{table} declares no operations',
    vi: '{table} không khai báo thao tác nào',
    hint: {
      en: 'See ai.describe() for the tables that do. Is the name right, in the search_path or written schema.table? If the table was declared where event triggers are missing, call ai.compile().',
      vi: 'Xem ai.describe() để biết các bảng có khai báo. Tên có đúng không, có nằm trong search_path hay viết dạng schema.table không? Nếu không có event trigger, hãy gọi ai.compile().',
    },
  },
  {
    code: 'PI101.action',
    meaning: 'No action of that name is registered.',
    en: 'there is no action "{action}"',
    vi: 'không có hành động "{action}"',
    hint: {
      en: 'See ai.describe_action() for those that there are. Actions are registered in ai.meta_actions.',
      vi: 'Xem ai.describe_action() để biết các hành động hiện có. Hành động được đăng ký trong ai.meta_actions.',
    },
  },
  {
    code: 'PI101.earlier',
    meaning: 'The action has no revision before the present one that was in force.',
    en: 'the action {action} has no earlier revision to go back to',
    vi: 'hành động {action} không có phiên bản nào trước đó để quay lại',
  },
  {
    code: 'PI101.revision',
    meaning: 'The action has no such revision that was in force.',
    en: 'the action {action} has no revision {revision} to go back to',
    vi: 'hành động {action} không có phiên bản {revision} để quay lại',
    hint: {
      en: "See: select revision, at, state from ai.revision where kind = 'action' and qualified_name = '{action}'",
      vi: "Xem: select revision, at, state from ai.revision where kind = 'action' and qualified_name = '{action}'",
    },
  },
  {
    code: 'PI101.rollback',
    meaning:
      'The table has no such revision that was in force, or none before the present that was not rolled back itself.',
    en: '{name} has no revision {revision} to go back to',
    vi: '{name} không có phiên bản {revision} để quay lại',
    hint: {
      en: "See: select revision, at, state, reason from ai.revision where kind = 'table' and qualified_name = '{name}'",
      vi: "Xem: select revision, at, state, reason from ai.revision where kind = 'table' and qualified_name = '{name}'",
    },
  },
  {
    code: 'PI101.both',
    meaning: 'The name that ai.rollback was given is that of a table and of an action.',
    en: '{name} is a table and an action',
    vi: '{name} vừa là bảng vừa là hành động',
    hint: {
      en: "For the action: select ai.restore_action('{name}'). For the table write its schema: {table}.",
      vi: "Với hành động: select ai.restore_action('{name}'). Với bảng, hãy ghi cả schema: {table}.",
    },
  },
  {
    code: 'PI101.number',
    meaning: 'There is no revision of that number.',
    en: 'there is no revision {revision}',
    vi: 'không có phiên bản {revision}',
    hint: { en: 'See ai.revision.', vi: 'Xem ai.revision.' },
  },
  {
    code: 'PI101.null',
    meaning: 'The operation or the table name is null.',
    en: 'the operation and the table must be named',
    vi: 'phải nêu tên thao tác và tên bảng',
    hint: {
      en: "ai.generate_mutation('create', 'users', '{…}')",
      vi: "ai.generate_mutation('create', 'users', '{…}')",
    },
  },
  {
    code: 'PI102',
    meaning: 'An option that the operation does not have.',
    en: '{operation} on {table} has no option {options}',
    vi: '{operation} trên {table} không có tùy chọn {options}',
    hint: { en: 'Options of this operation: {known}.', vi: 'Các tùy chọn của thao tác này: {known}.' },
  },
  {
    code: 'PI102.value',
    meaning: 'An option has a value that it cannot have.',
    en: '{operation} on {table}: an option has a wrong value ({options})',
    vi: '{operation} trên {table}: tùy chọn có giá trị không hợp lệ ({options})',
  },
  {
    code: 'PI102.action',
    meaning: 'An option that actions do not have, or with a value that it cannot have.',
    en: 'the action {table} cannot take these options ({options})',
    vi: 'hành động {table} không nhận các tùy chọn này ({options})',
    hint: { en: 'Options of actions: {known}.', vi: 'Các tùy chọn của hành động: {known}.' },
  },
  {
    code: 'PI102.reset',
    meaning: 'options.set_default names something that the operation cannot set back to its default.',
    en: '{operation} on {table} cannot reset {fields}',
    vi: '{operation} trên {table} không thể đặt lại {fields}',
    hint: { en: 'Fields that it can: {known}.', vi: 'Các trường có thể đặt lại: {known}.' },
  },
  {
    code: 'PI103',
    meaning: 'No row has the key that was given.',
    en: '{operation} on {table}: no row has the key {key}',
    vi: '{operation} trên {table}: không có dòng nào có khóa {key}',
    hint: {
      en: 'It was deleted, never existed, or row-level security hides it.',
      vi: 'Dòng đã bị xóa, chưa từng tồn tại, hoặc bị row-level security che đi.',
    },
  },
  {
    code: 'PI104',
    meaning:
      'The row has changed since the caller read it: options.expected_version is not its version. DETAIL has the current one.',
    en: '{operation} on {table}: the row {key} has changed meanwhile (expected version {expected}, found {current})',
    vi: '{operation} trên {table}: dòng {key} đã thay đổi (phiên bản mong đợi {expected}, hiện tại {current})',
    hint: {
      en: 'Read the row again and repeat the change on what you find.',
      vi: 'Hãy đọc lại dòng và lặp lại thay đổi trên dữ liệu mới.',
    },
  },
  {
    code: 'PI105',
    meaning: 'A trigger of the table, or a policy of its row-level security, made the statement do nothing.',
    en: '{operation} on {table}: a trigger or a policy of the table has suppressed it',
    vi: '{operation} trên {table}: một trigger hoặc policy của bảng đã chặn thao tác',
    hint: {
      en: 'A BEFORE trigger returned NULL, or the row may be read but not changed; see \\d {table}.',
      vi: 'Một trigger BEFORE trả về NULL, hoặc dòng chỉ được đọc mà không được sửa; xem \\d {table}.',
    },
  },
  {
    code: 'PI106',
    meaning: 'An idempotency key was used before, by the same caller, with other inputs.',
    en: 'the idempotency key "{key}" was used before with other inputs',
    vi: 'khóa idempotency "{key}" đã được dùng với dữ liệu đầu vào khác',
    hint: {
      en: 'Repeat the very same call, or take a new key for a new one.',
      vi: 'Hãy lặp lại đúng lời gọi cũ, hoặc dùng khóa mới cho lời gọi mới.',
    },
  },
  {
    code: 'PI110',
    meaning: 'Rows of a bulk call are wrong, so none was kept. DETAIL lists them by index with their errors.',
    en: '{operation} on {table} refused: {count} of {total} rows are wrong, so none was kept; the first, at index {index}: {message}',
    vi: '{operation} trên {table} bị từ chối: {count} trong {total} dòng bị lỗi nên không dòng nào được giữ; dòng đầu tiên, ở vị trí {index}: {message}',
    hint: {
      en: 'Mend them, or keep the good rows with options => {"on_error": "skip"}.',
      vi: 'Hãy sửa các dòng đó, hoặc giữ các dòng đúng với options => {"on_error": "skip"}.',
    },
  },
  {
    code: 'PI111',
    meaning: 'A bulk call must be given a JSON array of inputs, for an operation that changes rows.',
    en: '{operation} on {table}: the inputs of a bulk call are a JSON array of objects',
    vi: '{operation} trên {table}: đầu vào của lời gọi hàng loạt phải là một mảng JSON gồm các đối tượng',
    hint: {
      en: "ai.generate_mutations('create', 'users', '[{…}, {…}]')",
      vi: "ai.generate_mutations('create', 'users', '[{…}, {…}]')",
    },
  },
  {
    code: 'PI198',
    meaning: 'Inside bulk calls only: a set of rows holds a wrong one and is split. Never reaches a caller.',
    en: 'a set of rows is split',
    vi: 'một tập dòng được chia nhỏ',
  },
  {
    code: 'PI199',
    meaning: 'Inside dry runs only: takes back what was done. Never reaches a caller.',
    en: 'a dry run ends',
    vi: 'kết thúc chạy thử',
  },
];
