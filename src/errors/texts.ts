import type { ErrorEntry } from './entry.ts';

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
    code: 'PI100.hook',
    meaning: 'Behind the message about an input that a hook has changed, added or taken away. DETAIL names the hook.',
    en: '(the hook {hook} made it so)',
    vi: '(do hook {hook} tạo ra)',
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
    code: 'filter.stopped',
    meaning:
      "In ai.status(): a subscription's filter took too long or too much memory and was stopped; the subscription is looked after apart from the others.",
    en: 'its filter was stopped ({reason}), and holds up this subscription alone: simplify it, or narrow "topics" so that it sees fewer events',
    vi: 'bộ lọc đã bị dừng ({reason}) và chỉ làm chậm đăng ký này: hãy đơn giản hóa bộ lọc, hoặc thu hẹp "topics" để xét ít sự kiện hơn',
  },
  {
    code: 'filter.slow',
    meaning:
      "In ai.status(): a subscription's filter takes long; the subscription is looked after apart from the others.",
    en: 'its filter takes long, so that it is looked after apart from the others and more slowly: simplify it, or narrow "topics" so that it sees fewer events',
    vi: 'bộ lọc chạy lâu nên đăng ký này được xử lý riêng và chậm hơn: hãy đơn giản hóa bộ lọc, hoặc thu hẹp "topics" để xét ít sự kiện hơn',
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
