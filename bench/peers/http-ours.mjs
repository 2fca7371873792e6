import { createServer } from 'node:http';
import pg from 'pg';

/** A minimal HTTP server: POST inputs, get the row or what is wrong. Takes the database's address and the call; prints its port. */
const [, , connectionString, call] = process.argv;
const pool = new pg.Pool({ connectionString, max: 10 });

// As text in both directions: it is JSON already, and the database checks it.
const query = {
  name: 'create',
  text: `select ${call}::text`,
  rowMode: 'array',
};

const statusOf = (error) => (error === undefined ? 200 : error.code?.startsWith('PI1') ? 422 : 500);

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    pool.query({ ...query, values: [body] }, (error, result) => {
      const answer = error ? (error.detail ?? JSON.stringify({ message: error.message })) : result.rows[0][0];
      response.writeHead(statusOf(error ?? undefined), {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(answer),
      });
      response.end(answer);
    });
  });
});
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
