import { compileAction } from '../src/compiler/action/compile.ts';
import { compile } from '../src/compiler/compile.ts';

/**
 * The compiler as the database runs it: text in, text out, because JSON as text is the one form that every JavaScript language
 * of PostgreSQL hands over unchanged (int8 becomes a BigInt, numeric a double). A document about a table, or about an action.
 */
export const compileText = (input: string): string => {
  const document = JSON.parse(input);
  return JSON.stringify('action' in document ? compileAction(document) : compile(document));
};
