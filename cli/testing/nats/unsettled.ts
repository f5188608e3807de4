/** A durable consumer, as far as it says whether work is left. */
export interface ConsumerFigures {
  /** As `trellis_events/group__shop__mailer`. */
  readonly name: string;
  /** Messages that it has not delivered. */
  readonly pending: number;
  /** Messages that are in work. */
  readonly inWork: number;
  /** Whether somebody asks it for messages at this moment, or has ever got one. */
  readonly isWorkedOn: boolean;
}

/** What is known at one moment of all streams and consumers of a server. */
export interface WorkFigures {
  readonly consumers: readonly ConsumerFigures[];
  /** Messages that streams have not copied yet. */
  readonly uncopied: number;
  /** The last sequences of all streams in one text: another one when anything was stored meanwhile. */
  readonly stored: string;
}

/**
 * What work is left, in words; undefined: none, as far as one look can tell. What nobody works on, as of a
 * contract without handlers, is not waited for; nor is what waits for its time. Pure.
 */
export function unsettled({ consumers, uncopied }: WorkFigures): string | undefined {
  const left = consumers
    .filter(({ pending, inWork, isWorkedOn }) => inWork > 0 || (isWorkedOn && pending > 0))
    .map(({ name, pending, inWork }) => `${name} has ${pending} waiting and ${inWork} in work`);
  if (uncopied > 0) left.push(`${uncopied} messages are not copied yet`);
  return left.length === 0 ? undefined : left.join("; ");
}
