import pg from 'pg';

/** The same create as one call over node-postgres: the database validates, writes and records. */
const calling = (text) => (options) => {
  const pool = new pg.Pool(options);
  return {
    create: async (inputs) => {
      const { rows } = await pool.query({ name: 'create', text, values: [JSON.stringify(inputs)] });
      return rows[0].row;
    },
    close: () => pool.end(),
  };
};

export const open = calling(`select ai.generate_mutation('create', 'bench.account', $1) as row`);
export const openByHand = calling('select bench.create_account($1) as row');
