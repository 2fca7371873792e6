import pg from 'pg';

const asJson = (inputs) => [JSON.stringify(inputs)];

/** The same create as one call over node-postgres: the database validates, writes and records. */
const calling =
  (text, parameters = asJson) =>
  (options) => {
    const pool = new pg.Pool(options);
    return {
      create: async (inputs) => {
        const { rows } = await pool.query({ name: 'create', text, values: parameters(inputs) });
        return rows[0].row;
      },
      close: () => pool.end(),
    };
  };

export const open = calling(`select ai.generate_mutation('create', 'bench.account', $1) as row`);
export const openByHand = calling('select bench.create_account($1) as row');
export const openTyped = calling(
  'select ai_gen.bench__account__create(email => $1, name => $2, age => $3, balance => $4) as row',
  ({ email, name, age, balance }) => [email, name, age, balance],
);
