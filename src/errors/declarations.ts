import type { ErrorEntry } from './entry.ts';

/** What is wrong with declarations, and operations and actions that are out of force. */
export const DECLARATION_ERRORS: readonly ErrorEntry[] = [
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
];
