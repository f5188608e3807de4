import { requestsSubject } from "../../../contracts/live/live_subjects.ts";
import { deploymentToken } from "../../../contracts/stored/authority_records.ts";
import type { NatsMessaging } from "../../rpc/nats/nats_messaging.ts";
import { RequestReports } from "../request_reports.ts";
import { followWishes } from "./follow_wishes.ts";
import { Wishes } from "../wishes.ts";

/** Reports of requests that are sent over a connection. */
export interface LiveRequests {
  readonly reports: RequestReports;
  /** Ends it. */
  stop(): void;
}

/** Reports the requests that an instance of a service answers, while somebody watches. */
export function reportRequests(
  { line, session }: Pick<NatsMessaging, "line" | "session">,
  { deployment, contract }: { readonly deployment: string; readonly contract: string },
): LiveRequests {
  const subject = requestsSubject({ deployment: deploymentToken(deployment), instance: session });
  const wishes = new Wishes(deployment);
  const reports = new RequestReports({
    deployment,
    contract,
    wishes,
    send: (batch) => {
      // What is told to those who look now is worth nothing later.
      if (line.up && !line.isClosed()) line.publish(subject, JSON.stringify(batch));
    },
  });
  const unfollow = followWishes(line, wishes, () => reports.wake());
  return {
    reports,
    stop() {
      unfollow();
      reports.stop();
    },
  };
}
