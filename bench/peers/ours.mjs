import pg from 'pg';

/** The same create as one call over node-postgres: the database validates, writes and records. */
export const open = (options) => {
  const pool = new pg.Pool(options);
  return {
    create: async (inputs) => {
      const { rows } = await pool.query({
        name: 'create',
        text: `select ai.generate_mutation('create', 'bench.account', $1) as row`,
        values: [JSON.stringify(inputs)],
      });
      return rows[0].row;
    },
    close: () => pool.end(),
  };
};
