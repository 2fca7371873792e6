/**
 * Every code that pg_ai raises, once: the texts that people read (in the database, as rows of ai_private.message), and the page docs/errors.md.
 * {name} is filled in when the error is raised. A test holds this list against the SQL.
 */
export interface ErrorEntry {
  readonly code: string;
  /** What it means, for the documentation. */
  readonly meaning: string;
  readonly en: string;
  readonly vi: string;
  /** What to do about it. */
  readonly hint?: { readonly en: string; readonly vi: string };
}

/** Errors with a SQLSTATE of their own (class PI). */
export const ERRORS: readonly ErrorEntry[] = [
  {
    code: 'PI001',
    meaning: 'A declaration is wrong. DETAIL lists every mistake with its path, the reason and a suggestion.',
    en: 'the declaration of {table} has {count} mistake(s):{errors}',
    vi: 'khai báo của {table} có {count} lỗi:{errors}',
    hint: {
      en: 'Nothing was changed. Mend the comment and run the statement again.',
      vi: 'Chưa có gì thay đổi. Hãy sửa chú thích rồi chạy lại câu lệnh.',
    },
  },
  {
    code: 'PI002',
    meaning:
      'The table or its declaration has changed and waits for a compiler, because this database has no JavaScript language.',
    en: '{operation} on {table} waits to be compiled',
    vi: '{operation} trên {table} đang chờ biên dịch',
    hint: {
      en: 'Run: pg-ai compile (or install plv8 or pljs and call ai.attach_javascript(), then ai.compile()).',
      vi: 'Hãy chạy: pg-ai compile (hoặc cài plv8 hay pljs, gọi ai.attach_javascript() rồi ai.compile()).',
    },
  },
  {
    code: 'PI003',
    meaning:
      'The table, or something else that its declaration, hooks or policies are about, has changed so that they no longer fit; the operations are refused until that is mended.',
    en: '{operation} on {table} is out of force: something that its declaration is about has changed',
    vi: '{operation} trên {table} không còn hiệu lực: đối tượng mà khai báo của bảng dựa vào đã thay đổi',
    hint: {
      en: "See what is wrong: select problems from ai.compile('{table}'), or pg-ai doctor. Then mend what it names: the table, its comment, or a row of ai.hooks or ai.policies.",
      vi: "Xem lỗi: select problems from ai.compile('{table}'), hoặc pg-ai doctor. Sau đó sửa chỗ được nêu: bảng, chú thích của bảng, hoặc dòng trong ai.hooks hay ai.policies.",
    },
  },
  {
    code: 'PI004',
    meaning:
      'ai_owner, which runs the operations, lacks privileges that whoever declares cannot grant. Raised with SQLSTATE 42501; DETAIL holds the GRANT statements.',
    en: 'the operations of {table} need privileges that you cannot grant to ai_owner',
    vi: 'các thao tác của {table} cần những quyền mà bạn không thể cấp cho ai_owner',
    hint: {
      en: 'Let the owner of those objects run the statements in DETAIL, then declare again.',
      vi: 'Hãy nhờ chủ sở hữu chạy các câu lệnh trong DETAIL rồi khai báo lại.',
    },
  },
  {
    code: 'PI005',
    meaning: 'Declaring operations needs the role ai_admin. Raised with SQLSTATE 42501.',
    en: '{role} may not declare operations on {table}: that needs the role ai_admin',
    vi: '{role} không được khai báo thao tác trên {table}: cần vai trò ai_admin',
    hint: {
      en: 'Ask an administrator: grant ai_admin to {role}',
      vi: 'Hãy nhờ quản trị viên: grant ai_admin to {role}',
    },
  },
  {
    code: 'PI006',
    meaning: 'The caller has none of the roles that may call the operation. Raised with SQLSTATE 42501.',
    en: '{role} may not call {operation} on {table}',
    vi: '{role} không được gọi {operation} trên {table}',
    hint: {
      en: 'It is for members of: {roles}. Who may call is part of the declaration ("roles").',
      vi: 'Thao tác này dành cho thành viên của: {roles}. Ai được gọi là một phần của khai báo ("roles").',
    },
  },
  {
    code: 'PI002.action',
    meaning: 'The action, or something that it is about, has changed and waits for a compiler.',
    en: 'the action {action} waits to be compiled',
    vi: 'hành động {action} đang chờ biên dịch',
    hint: {
      en: 'Run: pg-ai compile (or install plv8 or pljs and call ai.attach_javascript(), then ai.compile()).',
      vi: 'Hãy chạy: pg-ai compile (hoặc cài plv8 hay pljs, gọi ai.attach_javascript() rồi ai.compile()).',
    },
  },
  {
    code: 'PI003.action',
    meaning:
      'Something that the action is about has changed so that it no longer fits; it is refused until it is mended.',
    en: 'the action {action} is out of force: something that it is about has changed',
    vi: 'hành động {action} không còn hiệu lực: đối tượng liên quan đã thay đổi',
    hint: {
      en: "See what is wrong: select problems from ai.action where action_name = '{action}', or pg-ai doctor. Then mend its row in ai.meta_actions, or call ai.compile().",
      vi: "Xem lỗi: select problems from ai.action where action_name = '{action}', hoặc pg-ai doctor. Sau đó sửa dòng trong ai.meta_actions, hoặc gọi ai.compile().",
    },
  },
  {
    code: 'PI003.disabled',
    meaning: 'The action is switched off: "enabled" is false in its row.',
    en: 'the action {action} is switched off',
    vi: 'hành động {action} đang bị tắt',
    hint: {
      en: "An administrator switches it on: update ai.meta_actions set enabled = true where action_name = '{action}'",
      vi: "Quản trị viên bật lại: update ai.meta_actions set enabled = true where action_name = '{action}'",
    },
  },
  {
    code: 'PI004.action',
    meaning:
      'ai_owner, which runs the action, lacks privileges that whoever registers it cannot grant. Raised with SQLSTATE 42501; DETAIL holds the GRANT statements.',
    en: 'the action {action} needs privileges that who registers it cannot grant to ai_owner',
    vi: 'hành động {action} cần những quyền mà người đăng ký không thể cấp cho ai_owner',
    hint: {
      en: 'Let the owner of those objects run the statements in DETAIL, then register the action again.',
      vi: 'Hãy nhờ chủ sở hữu chạy các câu lệnh trong DETAIL rồi đăng ký lại hành động.',
    },
  },
  {
    code: 'PI006.action',
    meaning: 'The caller has none of the roles that may execute the action. Raised with SQLSTATE 42501.',
    en: '{role} may not execute the action {action}',
    vi: '{role} không được thực thi hành động {action}',
    hint: {
      en: 'It is for members of: {roles}. Who may execute it stands in its row ("roles").',
      vi: 'Hành động này dành cho thành viên của: {roles}. Ai được thực thi nằm trong dòng đăng ký ("roles").',
    },
  },
  {
    code: 'PI007',
    meaning:
      'A hook, a policy or an action cannot be registered as it stands. DETAIL lists every mistake with its path, the reason and a suggestion.',
    en: 'the {kind} {name} has {count} mistake(s):{errors}',
    vi: '{kind} {name} có {count} lỗi:{errors}',
    hint: {
      en: 'Nothing was changed. Mend the row and run the statement again.',
      vi: 'Chưa có gì thay đổi. Hãy sửa dòng rồi chạy lại câu lệnh.',
    },
  },
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
  {
    code: 'PI301',
    meaning:
      'A hook refuses the call, in its own words and under no code of its own. DETAIL names the hook, and where the code is JavaScript the line.',
    en: '{operation} on {table} refused by the hook "{hook}"',
    vi: '{operation} trên {table} bị hook "{hook}" từ chối',
    hint: { en: 'Refused by the hook "{hook}".', vi: 'Bị hook "{hook}" từ chối.' },
  },
  {
    code: 'PI301.action',
    meaning: 'A hook refuses an action, in its own words and under no code of its own.',
    en: 'the action {table} is refused by the hook "{hook}"',
    vi: 'hành động {table} bị hook "{hook}" từ chối',
  },
  {
    code: 'PI301.place',
    meaning: 'Hint: the place in the code of a hook where the error comes from.',
    en: 'Refused by the hook "{hook}", {place}.',
    vi: 'Bị hook "{hook}" từ chối, {place}.',
  },
  {
    code: 'PI302',
    meaning: 'A hook answered something that its phase does not know. DETAIL names the hook and what it gave.',
    en: '{operation} on {table}: the hook "{hook}" must answer null or {expected}',
    vi: '{operation} trên {table}: hook "{hook}" phải trả về null hoặc {expected}',
    hint: {
      en: "It is a mistake in the hook; see ai.hooks where name = '{hook}'.",
      vi: "Đây là lỗi trong hook; xem ai.hooks với name = '{hook}'.",
    },
  },
  {
    code: 'PI302.action',
    meaning: 'A hook of an action answered something that its phase does not know.',
    en: 'the action {table}: the hook "{hook}" must answer null or {expected}',
    vi: 'hành động {table}: hook "{hook}" phải trả về null hoặc {expected}',
  },
  {
    code: 'PI303',
    meaning: 'JavaScript of a hook ran longer than its settings allow ("timeout_ms", by default 1000) and was stopped.',
    en: 'the hook "{hook}" ran longer than {limit} ms',
    vi: 'hook "{hook}" chạy lâu hơn {limit} ms',
  },
  {
    code: 'PI303.action',
    meaning:
      'JavaScript of an action ran longer than it may: its `max_latency`, else 10 s. Where it has a `max_latency` that is told as PI241.',
    en: 'the action {action} ran longer than {limit} ms',
    vi: 'hành động {action} chạy lâu hơn {limit} ms',
  },
  {
    code: 'PI304',
    meaning:
      'A hook that acts after commit cannot be called: its function is gone or has become another since it was registered. The delivery is tried again; DETAIL says why.',
    en: 'the hook "{hook}" cannot be called: {reason}',
    vi: 'không thể gọi hook "{hook}": {reason}',
    hint: {
      en: 'Mend the function, or disable the hook. What was given up is in ai.dead_letters.',
      vi: 'Hãy sửa hàm hoặc tắt hook. Các lần gửi đã bỏ cuộc nằm trong ai.dead_letters.',
    },
  },
  {
    code: 'PI310',
    meaning:
      'Preconditions of an action do not hold. DETAIL lists them with their codes and messages. A precondition may have an SQLSTATE of its own.',
    en: 'the action {action} refused: {errors}',
    vi: 'hành động {action} bị từ chối: {errors}',
  },
  {
    code: 'PI311',
    meaning:
      'An assertion among the steps of an action does not hold. DETAIL has its code and message. It may have an SQLSTATE of its own.',
    en: 'the action {action} stopped: {errors}',
    vi: 'hành động {action} đã dừng: {errors}',
  },
  {
    code: 'PI312',
    meaning: 'A step of an action that must find a row finds none.',
    en: 'the action {action} stopped: {errors}',
    vi: 'hành động {action} đã dừng: {errors}',
  },
  {
    code: 'PI313',
    meaning: 'What an action answers does not fit its output_schema. Nothing of what it did is kept.',
    en: 'the action {action} does not answer as it promises: {errors}',
    vi: 'hành động {action} không trả lời đúng như khai báo: {errors}',
    hint: {
      en: 'The action has to be mended: its body, or its output_schema.',
      vi: 'Cần sửa hành động: thân của nó, hoặc output_schema.',
    },
  },
  {
    code: 'PI314',
    meaning: 'The last statement of an action gave more than one row, and its output_schema is no list.',
    en: 'the action {action} found more than one row to answer with',
    vi: 'hành động {action} có nhiều hơn một dòng để trả lời',
    hint: {
      en: 'The action has to be mended: with "output_schema": {"type": "array"} it answers with all rows.',
      vi: 'Cần sửa hành động: với "output_schema": {"type": "array"} nó trả lời bằng mọi dòng.',
    },
  },
  {
    code: 'PI315',
    meaning: 'JavaScript of an action threw an error that has no code of its own. DETAIL has the line.',
    en: 'the action {action} failed',
    vi: 'hành động {action} bị lỗi',
    hint: { en: 'Thrown by the action {action}, {place}.', vi: 'Lỗi phát sinh trong hành động {action}, {place}.' },
  },
  {
    code: 'PI400',
    meaning: 'A subscription is wrong. DETAIL lists every mistake with its path, the reason and a suggestion.',
    en: 'the subscription {name} has {count} mistake(s):{errors}',
    vi: 'đăng ký {name} có {count} lỗi:{errors}',
    hint: {
      en: 'Nothing was changed. Mend the row and run the statement again.',
      vi: 'Chưa có gì thay đổi. Hãy sửa dòng rồi chạy lại câu lệnh.',
    },
  },
  {
    code: 'PI401',
    meaning: 'Events can be read without gaps only where each statement sees what has been committed before it.',
    en: 'events are read and relayed under READ COMMITTED only',
    vi: 'chỉ đọc và chuyển sự kiện ở mức cô lập READ COMMITTED',
  },
  {
    code: 'PI402',
    meaning: 'ai.emit_event was given something that is no topic.',
    en: '"{topic}" is not a topic',
    vi: '"{topic}" không phải là một chủ đề',
    hint: {
      en: "Labels with dots between them, quoted as in SQL where they need it, at most 250 bytes: ai.emit_event('order.paid', '{…}')",
      vi: "Các nhãn nối bằng dấu chấm, đặt trong ngoặc kép như SQL khi cần, tối đa 250 byte: ai.emit_event('order.paid', '{…}')",
    },
  },
  {
    code: 'PI402.reserved',
    meaning:
      'ai.emit_event was given a topic that only a declared operation, or pg_ai itself, may use. Raised with SQLSTATE PI402.',
    en: 'events of the topic {topic} are not for emitting: an operation, or pg_ai itself, writes them',
    vi: 'không được tự phát sự kiện của chủ đề {topic}: chỉ một thao tác hoặc chính pg_ai ghi chúng',
    hint: {
      en: "Take a topic of your own: ai.emit_event('order.paid', '{…}')",
      vi: "Hãy dùng một chủ đề riêng: ai.emit_event('order.paid', '{…}')",
    },
  },
  {
    code: 'PI403',
    meaning: 'No subscription has that name.',
    en: 'there is no subscription "{name}"',
    vi: 'không có đăng ký "{name}"',
    hint: { en: 'There are: {known}.', vi: 'Hiện có: {known}.' },
  },
  {
    code: 'PI404',
    meaning:
      'A position in the log is neither a word, nor the id of an event, nor what ai.events_after returned as one.',
    en: '"{position}" is no position in the event log',
    vi: '"{position}" không phải là một vị trí trong nhật ký sự kiện',
    hint: {
      en: "'beginning', 'now', the id of an event, or the column \"position\" of ai.events_after.",
      vi: "'beginning', 'now', id của một sự kiện, hoặc cột \"position\" của ai.events_after.",
    },
  },
  {
    code: 'PI406',
    meaning: 'No event of the log has that id.',
    en: 'there is no event {id} in the log',
    vi: 'không có sự kiện {id} trong nhật ký',
    hint: {
      en: 'It was rolled back, never written, or dropped by ai.prune.',
      vi: 'Sự kiện đã bị rollback, chưa từng được ghi, hoặc đã bị ai.prune xóa.',
    },
  },
  {
    code: 'PI410',
    meaning:
      'A row of ai.email_templates is wrong. DETAIL lists every mistake with its column and line, the reason and a suggestion.',
    en: 'the template {template} ({locale}) has {count} mistake(s):{errors}',
    vi: 'mẫu thư {template} ({locale}) có {count} lỗi:{errors}',
    hint: {
      en: 'Nothing was changed. Templates are Liquid: {{ name }}, {% if … %}, {% for … %}; each name is declared in "variables".',
      vi: 'Chưa có gì thay đổi. Mẫu thư viết bằng Liquid: {{ name }}, {% if … %}, {% for … %}; mỗi tên được khai báo trong "variables".',
    },
  },
  {
    code: 'PI410.locales',
    meaning: 'Locales of one template declare different variables.',
    en: 'the locales of the template {template} ({locales}) declare different variables',
    vi: 'các ngôn ngữ của mẫu thư {template} ({locales}) khai báo các biến khác nhau',
    hint: {
      en: 'Change "variables" of all its rows in one statement.',
      vi: 'Hãy sửa "variables" của mọi dòng trong một câu lệnh.',
    },
  },
  {
    code: 'PI411',
    meaning: 'No email template has that name.',
    en: 'there is no email template "{template}"',
    vi: 'không có mẫu thư "{template}"',
    hint: { en: 'There are: {known}.', vi: 'Hiện có: {known}.' },
  },
  {
    code: 'PI412',
    meaning: 'The variables of a mail are not what its template declares. DETAIL lists every error.',
    en: 'the variables of the email template {template} are wrong: {errors}',
    vi: 'các biến của mẫu thư {template} không hợp lệ: {errors}',
    hint: {
      en: "What it takes: select variables from ai.email_templates where name = '{template}'",
      vi: "Các biến của mẫu: select variables from ai.email_templates where name = '{template}'",
    },
  },
  {
    code: 'PI413',
    meaning: 'The recipient of a mail is not one address.',
    en: 'not an email address: {recipient}',
    vi: 'không phải là địa chỉ email: {recipient}',
    hint: {
      en: 'One address without a name: lan@example.com. Call once for each recipient.',
      vi: 'Một địa chỉ, không kèm tên: lan@example.com. Gọi một lần cho mỗi người nhận.',
    },
  },
  {
    code: 'PI420',
    meaning:
      'A row of ai.webhook_endpoints is wrong. DETAIL lists every mistake with its column, the reason and a suggestion.',
    en: 'the webhook endpoint {name} has {count} mistake(s):{errors}',
    vi: 'endpoint webhook {name} có {count} lỗi:{errors}',
    hint: {
      en: 'Nothing was changed. Mend the row and run the statement again.',
      vi: 'Chưa có gì thay đổi. Hãy sửa dòng rồi chạy lại câu lệnh.',
    },
  },
  {
    code: 'PI421',
    meaning: 'No webhook endpoint has that name.',
    en: 'there is no webhook endpoint "{endpoint}"',
    vi: 'không có endpoint webhook "{endpoint}"',
    hint: { en: 'There are: {known}.', vi: 'Hiện có: {known}.' },
  },
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
  {
    code: 'PI900',
    meaning: 'A bug in pg_ai.',
    en: 'pg_ai has a bug: {reason}',
    vi: 'pg_ai gặp lỗi nội bộ: {reason}',
  },
];

/** Texts with other codes: warnings, and the sentence around a broken constraint. */
export const TEXTS: readonly ErrorEntry[] = [
  {
    code: 'PI220.setting',
    meaning: 'An encryption key is kept in a setting, which is empty in this session.',
    en: 'the encryption key {key} is not in the setting {setting}',
    vi: 'khóa mã hóa {key} không có trong cấu hình {setting}',
    hint: {
      en: "The application sets it for its transactions: select set_config('{setting}', '…', true)",
      vi: "Ứng dụng đặt nó cho từng giao dịch: select set_config('{setting}', '…', true)",
    },
  },
  {
    code: 'PI220.other',
    meaning: 'An encryption key is kept in a setting, which holds another secret than the one that was added.',
    en: 'the setting {setting} holds another secret than the encryption key {key}',
    vi: 'cấu hình {setting} chứa bí mật khác với khóa mã hóa {key}',
  },
  {
    code: 'PI222.hidden',
    meaning: 'ai.rotate_encryption is called by somebody who sees only some rows of the table.',
    en: 'row-level security hides rows of {table} from you',
    vi: 'bảo mật mức dòng đang ẩn một số dòng của {table} với bạn',
    hint: {
      en: 'Let the owner of the table call it, or a role with BYPASSRLS.',
      vi: 'Hãy để chủ sở hữu bảng hoặc vai trò có BYPASSRLS gọi.',
    },
  },
  {
    code: 'PI223.name',
    meaning: 'The name of an encryption key is no name.',
    en: 'the name of an encryption key is made of lower-case letters, digits and _',
    vi: 'tên khóa mã hóa chỉ gồm chữ thường, chữ số và _',
  },
  {
    code: 'PI223.secret',
    meaning: 'The secret of an encryption key is too short to be one.',
    en: 'the secret of an encryption key has 32 characters or more',
    vi: 'bí mật của khóa mã hóa phải có ít nhất 32 ký tự',
  },
  {
    code: 'PI223.used',
    meaning: 'An encryption key that is still in use is to be dropped.',
    en: 'the encryption key {id} is still needed for {where}',
    vi: 'khóa mã hóa {id} vẫn cần cho {where}',
    hint: {
      en: "First: select ai.rotate_encryption('{table}', '{field}'), until it is done.",
      vi: "Trước tiên: select ai.rotate_encryption('{table}', '{field}') cho đến khi xong.",
    },
  },
  {
    code: 'PI223.current',
    meaning: 'The newest encryption key of a name is to be dropped.',
    en: 'this is the key that encrypts now',
    vi: 'đây là khóa đang dùng để mã hóa',
    hint: {
      en: 'Add another one first: ai.add_encryption_key.',
      vi: 'Hãy thêm khóa khác trước: ai.add_encryption_key.',
    },
  },
  {
    code: 'PI223.kept',
    meaning: 'An encryption key is to be dropped with which answers of idempotent calls are kept.',
    en: 'answers are kept with this key',
    vi: 'còn câu trả lời được giữ bằng khóa này',
    hint: { en: 'ai.prune forgets those that are old.', vi: 'ai.prune sẽ xóa những câu trả lời cũ.' },
  },
  {
    code: 'PI223.setting',
    meaning: 'The setting of an encryption key is no name of a setting.',
    en: 'a setting is named with a dot: "shop.phone_key"',
    vi: 'tên cấu hình có dấu chấm: "shop.phone_key"',
  },
  {
    code: 'key.dumped',
    meaning: 'Warning: an encryption key is put where pg_dump takes it along.',
    en: 'pg_dump takes this key along, because pg_ai is not installed as an extension here',
    vi: 'pg_dump sẽ mang theo khóa này, vì pg_ai ở đây không được cài dưới dạng extension',
    hint: {
      en: 'Leave it out: pg_dump --exclude-table-data=ai_private.encryption_key; or keep the secret in a setting.',
      vi: 'Hãy loại trừ: pg_dump --exclude-table-data=ai_private.encryption_key; hoặc giữ bí mật trong cấu hình.',
    },
  },
  {
    code: 'held',
    meaning: 'Notice: a comment is written again as it was when it was rolled back.',
    en: 'the declaration of {table} stays as it was before: what the comment says was rolled back',
    vi: 'khai báo của {table} vẫn như trước: nội dung chú thích này đã bị khôi phục về bản cũ',
    hint: {
      en: "To put it in force all the same: select ai.rollback('{table}', {revision})",
      vi: "Nếu vẫn muốn áp dụng: select ai.rollback('{table}', {revision})",
    },
  },
  {
    code: 'PI003.warning',
    meaning: 'Warning: DDL has made a declaration not fit any more.',
    en: 'the operations of {table} are out of force now: {problem}',
    vi: 'các thao tác của {table} không còn hiệu lực: {problem}',
  },
  {
    code: 'PI400.notice',
    meaning: 'Notice: no operation writes events of a topic to which somebody subscribes; another topic is like it.',
    en: 'no operation writes events of the topic {topic} so far; did you mean {meant}?',
    vi: 'chưa có thao tác nào ghi sự kiện của chủ đề {topic}; có phải ý bạn là {meant}?',
  },
  {
    code: 'hook.interrupted',
    meaning: 'statement_timeout or a cancel has ended a JavaScript hook. Raised with SQLSTATE 57014.',
    en: 'the hook "{hook}" was interrupted',
    vi: 'hook "{hook}" đã bị ngắt',
  },
  {
    code: 'action.interrupted',
    meaning: 'statement_timeout or a cancel has ended the JavaScript of an action. Raised with SQLSTATE 57014.',
    en: 'the action {action} was interrupted',
    vi: 'hành động {action} đã bị ngắt',
  },
  {
    code: 'action.nested',
    meaning: 'Too many actions are under way within one another. Raised with SQLSTATE 54001.',
    en: 'the action {action} is called within more than {deepest} calls of actions: it calls itself, or what it calls does',
    vi: 'hành động {action} được gọi lồng trong hơn {deepest} lời gọi hành động: nó tự gọi chính nó, hoặc hành động mà nó gọi làm vậy',
    hint: {
      en: 'Let the action end before it calls itself again; what goes through a tree is one query (WITH RECURSIVE).',
      vi: 'Hãy để hành động kết thúc trước khi gọi lại chính nó; việc duyệt cây chỉ cần một truy vấn (WITH RECURSIVE).',
    },
  },
  {
    code: 'hook.on_error',
    meaning: 'Warning: a hook that should have told an error otherwise failed itself. The error is raised as it was.',
    en: 'the on_error hook "{hook}" failed: {error}',
    vi: 'hook on_error "{hook}" bị lỗi: {error}',
  },
  {
    code: 'PI405',
    meaning:
      'Warning of ai.prune: a month of events is kept, because subscriptions have not seen all of it. DETAIL says how many.',
    en: '{month} and later months are kept: {subscriptions} have still to see some of it',
    vi: 'giữ lại {month} và các tháng sau: {subscriptions} chưa xem hết',
    hint: {
      en: 'See ai.status(). Delete subscriptions that nobody serves, settle dead letters, or give ai.prune a limit: unseen_before.',
      vi: 'Xem ai.status(). Hãy xóa các đăng ký không ai phục vụ, xử lý dead letter, hoặc cho ai.prune một giới hạn: unseen_before.',
    },
  },
  {
    code: 'PI405.dropped',
    meaning:
      'Warning of ai.prune: a month of events was dropped at the limit "unseen_before", although subscriptions had not seen all of it.',
    en: '{month} was dropped, and {subscriptions} had not seen all of it: those events are lost to them',
    vi: 'đã xóa {month} dù {subscriptions} chưa xem hết: các sự kiện đó đã mất đối với họ',
  },
  {
    code: 'PI405.lost',
    meaning: 'In ai.status(): retention dropped events that the subscription had not seen.',
    en: '{count} events were dropped before it had seen them',
    vi: '{count} sự kiện đã bị xóa trước khi được xem',
  },
  {
    code: 'PI003.action.warning',
    meaning: 'Warning: a change has made an action not fit any more.',
    en: 'the action {action} is out of force now: {problem}',
    vi: 'hành động {action} không còn hiệu lực: {problem}',
  },
  {
    code: 'PI310.unnamed',
    meaning: 'A precondition that has no message of its own.',
    en: '{name} does not hold',
    vi: '{name} không thỏa mãn',
  },
  {
    code: 'violation',
    meaning: 'A constraint refused the row.',
    en: '{operation} on {table} refused: {message}',
    vi: '{operation} trên {table} bị từ chối: {message}',
  },
];

/** Codes of single fields, in DETAIL → errors. Most are the word of JSON Schema that is broken. */
export const INPUT_ERRORS: readonly ErrorEntry[] = [
  { code: 'required', meaning: 'The input is missing.', en: '{field} is missing', vi: 'thiếu {field}' },
  {
    code: 'additionalProperties',
    meaning: 'There is no such input.',
    en: '{field} is not an input here (inputs: {properties})',
    vi: '{field} không phải là giá trị đầu vào (gồm: {properties})',
  },
  {
    code: 'type',
    meaning: 'The value is not of the input’s type.',
    en: '{field} must be of type {type}',
    vi: '{field} phải có kiểu {type}',
  },
  {
    code: 'notNull',
    meaning: 'The value may not be null.',
    en: '{field} must not be null',
    vi: '{field} không được là null',
  },
  {
    code: 'range',
    meaning: 'The number is outside its type’s range.',
    en: '{field} is out of range for {type}',
    vi: '{field} nằm ngoài phạm vi của {type}',
  },
  {
    code: 'minLength',
    meaning: 'The text is too short.',
    en: '{field} must have at least {minLength} characters',
    vi: '{field} phải có ít nhất {minLength} ký tự',
  },
  {
    code: 'maxLength',
    meaning: 'The text is too long.',
    en: '{field} must have at most {maxLength} characters',
    vi: '{field} chỉ được có tối đa {maxLength} ký tự',
  },
  {
    code: 'pattern',
    meaning: 'The text does not match the pattern.',
    en: '{field} does not have the required form ({pattern})',
    vi: '{field} không đúng mẫu ({pattern})',
  },
  {
    code: 'format',
    meaning: 'The text is not of the named format.',
    en: '{field} is not a valid {format}',
    vi: '{field} không phải là {format} hợp lệ',
  },
  {
    code: 'enum',
    meaning: 'The value is not one of those allowed.',
    en: '{field} must be one of {enum}',
    vi: '{field} phải là một trong {enum}',
  },
  {
    code: 'const',
    meaning: 'The value is not the one allowed.',
    en: '{field} must be {const}',
    vi: '{field} phải là {const}',
  },
  {
    code: 'complexity',
    meaning: 'The password is too easy to guess. The levels: [policies](policies.md#passwords).',
    en: '{field} is too easy to guess: the level "{complexity}" takes {characters} characters, of {kinds} of these kinds: small letters, capitals, digits, others',
    vi: '{field} quá dễ đoán: mức "{complexity}" cần {characters} ký tự, thuộc {kinds} trong các loại: chữ thường, chữ hoa, chữ số, ký tự khác',
  },
  {
    code: 'allow',
    meaning: 'The text fits none of those that are allowed.',
    en: '{field} must fit one of {allow}',
    vi: '{field} phải khớp với một trong {allow}',
  },
  {
    code: 'deny',
    meaning: 'The text fits one of those that are refused.',
    en: '{field} must not fit any of {deny}',
    vi: '{field} không được khớp với {deny}',
  },
  {
    code: 'maxBytes',
    meaning: 'The text is longer than the hash can take in.',
    en: '{field} must have at most {maxBytes} bytes',
    vi: '{field} chỉ được có tối đa {maxBytes} byte',
  },
  {
    code: 'minimum',
    meaning: 'The number is too small.',
    en: '{field} must be at least {minimum}',
    vi: '{field} phải lớn hơn hoặc bằng {minimum}',
  },
  {
    code: 'maximum',
    meaning: 'The number is too large.',
    en: '{field} must be at most {maximum}',
    vi: '{field} phải nhỏ hơn hoặc bằng {maximum}',
  },
  {
    code: 'exclusiveMinimum',
    meaning: 'The number is too small.',
    en: '{field} must be greater than {exclusiveMinimum}',
    vi: '{field} phải lớn hơn {exclusiveMinimum}',
  },
  {
    code: 'exclusiveMaximum',
    meaning: 'The number is too large.',
    en: '{field} must be less than {exclusiveMaximum}',
    vi: '{field} phải nhỏ hơn {exclusiveMaximum}',
  },
  {
    code: 'multipleOf',
    meaning: 'The number has more decimals than are kept, or is not a multiple.',
    en: '{field} must be a multiple of {multipleOf}',
    vi: '{field} phải là bội số của {multipleOf}',
  },
  {
    code: 'minItems',
    meaning: 'The list is too short.',
    en: '{field} must have at least {minItems} elements',
    vi: '{field} phải có ít nhất {minItems} phần tử',
  },
  {
    code: 'maxItems',
    meaning: 'The list is too long.',
    en: '{field} must have at most {maxItems} elements',
    vi: '{field} chỉ được có tối đa {maxItems} phần tử',
  },
  {
    code: 'uniqueItems',
    meaning: 'An element stands twice in the list.',
    en: '{field} must not hold an element twice',
    vi: '{field} không được có phần tử trùng nhau',
  },
  {
    code: 'check',
    meaning: 'A CHECK constraint of the table or of a domain refuses the value.',
    en: '{field} breaks the rule {constraint}',
    vi: '{field} vi phạm quy tắc {constraint}',
  },
  {
    code: 'unique',
    meaning: 'Another row has the value already. Raised with SQLSTATE 23505.',
    en: '{list} is already taken',
    vi: '{list} đã được sử dụng',
  },
  {
    code: 'foreignKey',
    meaning: 'The row that the value refers to does not exist. Raised with SQLSTATE 23503.',
    en: '{list} refers to a row that does not exist',
    vi: '{list} tham chiếu đến một dòng không tồn tại',
  },
  {
    code: 'referenced',
    meaning: 'Other rows still refer to this one. Raised with SQLSTATE 23503 or 23001.',
    en: 'other rows still refer to it ({constraint})',
    vi: 'vẫn còn dòng khác tham chiếu đến dòng này ({constraint})',
  },
  {
    code: 'exclusion',
    meaning: 'The row conflicts with another one. Raised with SQLSTATE 23P01.',
    en: '{list} conflicts with another row',
    vi: '{list} xung đột với một dòng khác',
  },
  {
    code: 'constraint',
    meaning: 'Another constraint refuses the row.',
    en: 'the constraint {constraint} refuses it',
    vi: 'ràng buộc {constraint} từ chối',
  },
];
