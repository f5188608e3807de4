/** How feeds are named on NATS beside the subject of their surface, the only home of these names. */

/** Where one instance of a service is told how much more it may send, without the caller's token. */
export function creditSubject(feed: string, instance: string): string {
  return `${feed}.credit.${instance}`;
}

/** Where a session has the values of a feed sent; nobody else can subscribe to it. */
export function feedInbox(inboxPrefix: string, inbox: string): string {
  return `${inboxPrefix}.feed.${inbox}`;
}
