/** Schemas of the server and of pg_ai: nothing that is granted by itself, for a declaration or an action, may reach what is in them. */
export const isSystemSchema = (name: string): boolean =>
  /^(?:pg_.*|information_schema|ai|ai_private|ai_gen)$/.test(name);
