import type { ErrorEntry } from './entry.ts';

/** What hooks and actions refuse, and what is wrong with them. */
export const PROGRAM_ERRORS: readonly ErrorEntry[] = [
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
];
