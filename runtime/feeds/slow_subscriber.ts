/** Thrown into the feed of a subscriber who has not taken what came from a shared source: it is to subscribe again. */
export class SlowSubscriber extends Error {
  /** See the class. */
  override readonly name = "SlowSubscriber";
}
