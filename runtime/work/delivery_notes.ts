import type { DeadReason } from "./decide_delivery.ts";
import type { Delivery } from "./delivery.ts";

/** What the count of deliveries does not say of one of them. */
export interface DeliveryNote {
  /** Deliveries that cost no try. */
  readonly forgiven: number;
  /** Tries that have failed and wait in their place: the others did not live to say what became of it. */
  readonly failed?: number;
  /** True when it has had its last try, and its place is held. */
  readonly held?: boolean;
  /** Why it is given up, while its dead letter could not be stored: its handler is not asked again. */
  readonly dead?: { readonly reason: DeadReason; readonly error: string; readonly tries: number };
}

/** Of what has come for the first time. */
export const NO_NOTE: DeliveryNote = { forgiven: 0 };

/**
 * Which delivery is meant: what is parked, or tried again by a person, is another one each time. A stream that
 * was made again counts from 1 again, so a sequence is not enough.
 */
export type NotedDelivery = Pick<Delivery, "stream" | "sequence" | "writtenAt">;

/** The same for all deliveries of one message, and of no other. */
export function deliveryKey({ stream, sequence, writtenAt }: NotedDelivery): string {
  return `${stream} ${sequence} ${writtenAt}`;
}

/** Keeps notes of deliveries that come again, for whichever instance gets them. Its methods never reject. */
export interface DeliveryNotes {
  /** The note of a delivery; one of nothing where there is none, or it cannot be read. */
  read(delivery: NotedDelivery): Promise<DeliveryNote>;
  /** Makes a note before the delivery is given away. */
  write(delivery: NotedDelivery, note: DeliveryNote): Promise<void>;
}

/** Notes of this process alone. */
export class OwnNotes implements DeliveryNotes {
  readonly #notes = new Map<string, DeliveryNote>();

  read(delivery: NotedDelivery): Promise<DeliveryNote> {
    return Promise.resolve(this.#notes.get(deliveryKey(delivery)) ?? NO_NOTE);
  }

  write(delivery: NotedDelivery, note: DeliveryNote): Promise<void> {
    const key = deliveryKey(delivery);
    this.#notes.delete(key);
    this.#notes.set(key, note);
    // The oldest goes: it was settled long ago, or by others.
    if (this.#notes.size > MOST) this.#notes.delete(this.#notes.keys().next().value!);
    return Promise.resolve();
  }
}

const MOST = 10_000;
