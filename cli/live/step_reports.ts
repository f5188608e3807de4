import { stepsSubject } from "../../contracts/live/live_subjects.ts";
import type { StepReport } from "../../contracts/live/reports.ts";
import type { ReconcileEvent } from "../../reconcile/upkeep/reconcile_event.ts";
import { followWishes } from "../../runtime/live/nats/follow_wishes.ts";
import { Wishes } from "../../runtime/live/wishes.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { reconcileEventText } from "../words/reconcile_event_text.ts";

/** Longest text of a step, in characters. */
const LONGEST = 2000;

/** Tells those who watch what a Trellis process does to reconcile, while somebody does. */
export class StepReports {
  readonly #messaging: NatsMessaging;
  readonly #wishes = new Wishes();

  /** Listens for wishes for as long as there is the connection. */
  constructor(messaging: NatsMessaging) {
    this.#messaging = messaging;
    followWishes(messaging.line, this.#wishes, () => {});
  }

  /** Reports a step. */
  tell(event: ReconcileEvent): void {
    const { line, session } = this.#messaging;
    if (!line.up || line.isClosed()) return;
    if (this.#wishes.at(performance.now()) === undefined) return;
    const report: StepReport = {
      format: "trellis.step.v1",
      deployment: event.deployment,
      kind: event.kind,
      text: reconcileEventText(event).slice(0, LONGEST),
      at: Date.now(),
    };
    line.publish(stepsSubject(session), JSON.stringify(report));
  }
}
