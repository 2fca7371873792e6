import type { DeliveryHandler } from './delivery.ts';

/** Runs hooks of the phase post_commit: in the database, in the transaction that commits together with "done". */
export const createHookDelivery = (): DeliveryHandler => ({
  async deliver({ subscription, events }, context) {
    for (const event of events)
      await context.db.query('select ai_private.run_hook($1, $2, $3)', [
        subscription.settings.hook,
        event.id,
        event.at,
      ]);
  },
});
