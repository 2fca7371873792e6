import { createHash } from 'node:crypto';
import {
  type Context,
  context,
  isSpanContextValid,
  type Link,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { projectVersion } from '../../src/project.ts';
import type { DeliveryTrace, Event } from '../delivery.ts';

/**
 * Spans of deliveries join the trace of the mutation, by what it had set as pg_ai.trace_id. Without an OpenTelemetry SDK in the process (given with
 * `node --import`) all of this does nothing but hand the traceparent on.
 */
const tracer = trace.getTracer('pg-ai', projectVersion);

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The span that wrote the event: of a W3C traceparent, or of a bare trace id, which says no more than the trace. */
export const spanOf = (event: Event): SpanContext | undefined => {
  const { traceId: text } = event;
  if (text === null) return undefined;
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text) ?? [];
  const found =
    traceId !== undefined && spanId !== undefined && flags !== undefined
      ? { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
      : /^[0-9a-f]{32}$/.test(text)
        ? // A parent that nobody has recorded, the same for all that follows from this event.
          { traceId: text, spanId: digest(event), traceFlags: TraceFlags.SAMPLED, isRemote: true }
        : undefined;
  return found !== undefined && isSpanContextValid(found) ? found : undefined;
};

const digest = (event: Event): string => createHash('sha256').update(event.id).digest('hex').slice(0, 16);

/** Whether anybody records spans: an OpenTelemetry SDK has made itself known. */
export const isTracing = (): boolean => {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('pg-ai') !== undefined;
};

/** Runs an attempt in a span below the mutation's. A batch has one span, which is linked to those of all its events. */
export const inDeliverySpan = async <T>(
  subscription: string,
  events: readonly Event[],
  attempt: number,
  work: (span: Span, within: Context) => Promise<T>,
): Promise<T> => {
  const [event] = events;
  const parent = event === undefined ? undefined : spanOf(event);
  const outer = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  const links: Link[] =
    events.length === 1
      ? []
      : events.flatMap((one) => {
          const linked = spanOf(one);
          return linked === undefined ? [] : [{ context: linked }];
        });
  const span = tracer.startSpan(
    `deliver ${subscription}`,
    {
      kind: SpanKind.CONSUMER,
      links,
      attributes: {
        'messaging.system': 'pg_ai',
        'messaging.destination.name': subscription,
        'messaging.message.id': event?.id ?? '',
        'messaging.batch.message_count': events.length,
        'pg_ai.topic': event?.topic ?? '',
        'pg_ai.attempt': attempt,
      },
    },
    outer,
  );
  return finish(span, trace.setSpan(outer, span), work);
};

/** The span's handle for the one who delivers. */
export const deliveryTrace = (event: Event, span?: Span, within = ROOT_CONTEXT): DeliveryTrace => ({
  get traceparent() {
    const own = span?.spanContext();
    const valid = own !== undefined && isSpanContextValid(own) ? own : spanOf(event);
    if (valid === undefined) return undefined;
    return `00-${valid.traceId}-${valid.spanId}-${(valid.traceFlags & 0xff).toString(16).padStart(2, '0')}`;
  },
  span: (name, work) => {
    const inner = tracer.startSpan(name, {}, within);
    return finish(inner, trace.setSpan(within, inner), work);
  },
});

const finish = async <T>(
  span: Span,
  within: Context,
  work: (span: Span, within: Context) => Promise<T>,
): Promise<T> => {
  try {
    return await context.with(within, work, undefined, span, within);
  } catch (error) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span.end();
  }
};
