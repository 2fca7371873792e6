import type { ErrorEntry } from './entry.ts';

/** What is wrong with subscriptions, templates and endpoints. */
export const EVENT_ERRORS: readonly ErrorEntry[] = [
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
    code: 'PI407',
    meaning:
      'ai.events_after, or subscribe(), was given topics that are no patterns, or asked for less than one event. DETAIL lists every mistake.',
    en: 'events cannot be read like this: {errors}',
    vi: 'không thể đọc sự kiện như vậy: {errors}',
    hint: {
      en: "Topics are patterns: 'public.users.create', 'public.*.delete', '**' for all.",
      vi: "Chủ đề là các mẫu: 'public.users.create', 'public.*.delete', '**' cho tất cả.",
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
    meaning: 'The recipient of a mail, or an address that is to get none, is not one address.',
    en: 'not an email address: {recipient}',
    vi: 'không phải là địa chỉ email: {recipient}',
    hint: {
      en: 'One address without a name: lan@example.com. Call once for each recipient.',
      vi: 'Một địa chỉ, không kèm tên: lan@example.com. Gọi một lần cho mỗi người nhận.',
    },
  },
  {
    code: 'PI414',
    meaning:
      'An email template that subscriptions or steps of actions use was deleted, renamed or changed so that they do not fit any more. DETAIL lists who.',
    en: 'the email template {template} is in use:{users}',
    vi: 'mẫu thư {template} đang được dùng:{users}',
    hint: {
      en: 'Nothing was changed. Change or delete those first; a new variable with a "default" needs no change of theirs.',
      vi: 'Chưa có gì thay đổi. Hãy sửa hoặc xóa những nơi đó trước; biến mới có "default" thì không cần sửa gì.',
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
    code: 'PI422',
    meaning: 'A webhook endpoint to which subscriptions post was deleted or renamed. DETAIL lists them.',
    en: 'the webhook endpoint {endpoint} is in use by the subscription(s) {users}',
    vi: 'endpoint webhook {endpoint} đang được dùng bởi đăng ký {users}',
    hint: {
      en: "Nothing was changed. Delete those or give them another endpoint first; update ai.webhook_endpoints set disabled = true where name = '{endpoint}' stops it and keeps it.",
      vi: "Chưa có gì thay đổi. Hãy xóa các đăng ký đó hoặc đổi endpoint của chúng trước; update ai.webhook_endpoints set disabled = true where name = '{endpoint}' sẽ dừng mà vẫn giữ nó.",
    },
  },
];
