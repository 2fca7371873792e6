import * as z from 'zod/mini';

/** The words of the grammar carry their own documentation. */
export const described = <T extends z.ZodMiniType>(schema: T, description: string): T => {
  z.globalRegistry.add(schema, { description });
  return schema;
};
export const optional = <T extends z.ZodMiniType>(schema: T, description: string) =>
  described(z.optional(schema), description);

export const name = z.string().check(z.minLength(1));
export const names = z.array(name);
