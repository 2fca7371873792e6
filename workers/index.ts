/** What handlers and services import from 'pg-ai'. */
export {
  type Backoff,
  type Delivery,
  type DeliveryContext,
  type DeliveryHandler,
  type DeliveryKind,
  type DeliveryTrace,
  type Event,
  GiveUp,
  type Queryable,
  type Subscription,
  TryLater,
} from './delivery.ts';
export {
  type Entities,
  EventRegistry,
  type Handler,
  type HandlerContext,
  type PayloadOf,
  type Registration,
} from './registry.ts';
export { createJetStreamBroker, type JetStreamOptions } from './relay/jetstream.ts';
export { type Broker, type BrokerMessage, Unpublishable } from './relay/pump.ts';
export { type EventStream, type PositionStore, type SubscribeOptions, subscribe } from './subscribe.ts';
export {
  type ReceivedWebhook,
  type VerifiedWebhook,
  verifyWebhook,
  type WebhookRefusal,
  WebhookVerificationError,
} from './webhook/verify.ts';
export { type RunningWorker, startWorker, type WorkerOptions } from './worker.ts';
