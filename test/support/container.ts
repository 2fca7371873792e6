import { GenericContainer, Wait } from 'testcontainers';

/** PostgreSQL with PLV8. Another image (of the official one's kind) can be named by PG_AI_TEST_IMAGE. */
const image = process.env.PG_AI_TEST_IMAGE ?? 'sibedge/postgres-plv8:16.2-3.2.2';

export async function startContainer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const password = 'only-for-tests';
  const container = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_PASSWORD: password })
    .withExposedPorts(5432)
    .withTmpFs({ '/var/lib/postgresql/data': 'rw' })
    // The official image starts twice: once for itself to set up, then for us.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .withStartupTimeout(180_000)
    .start();
  return {
    url: `postgresql://postgres:${password}@${container.getHost()}:${container.getMappedPort(5432)}/postgres`,
    stop: async () => {
      await container.stop();
    },
  };
}
