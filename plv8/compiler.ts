import { compile } from '../src/compiler/compile.ts';

/**
 * The compiler as the database runs it: text in, text out, because JSON as text is the one form that every JavaScript language
 * of PostgreSQL hands over unchanged (int8 becomes a BigInt, numeric a double).
 */
export const compileText = (input: string): string => JSON.stringify(compile(JSON.parse(input)));
