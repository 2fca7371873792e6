import { z } from 'zod';

/** The rules of ../account.sql in zod. */
export const newAccount = z.strictObject({
  email: z.email().max(200),
  name: z.string().min(1).max(100),
  age: z.int().min(0).max(150).nullish(),
  balance: z.number().multipleOf(0.01).optional(),
  status: z.enum(['active', 'paused', 'closed']).optional(),
});

export const actor = 'bench';
